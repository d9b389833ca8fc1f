import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { respond } from '../http/respond.ts';

/** Largest answer of a Lambda function, bytes of its JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
/** An answer that is compressed may be larger at first; more than this would take memory that others need. */
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
/** Below this compressing costs more than it saves. */
const WORTH_PACKING_BYTES = 32 * 1024;
/** The routes of callers who sign with IAM are the same as all others, below this. */
const IAM = '/iam';

/** The request that API Gateway's event (HTTP API, payload format 2.0) tells of, at the path that the API's description names. */
export const requestOf = (event: APIGatewayProxyEventV2): Request => {
  const { method } = event.requestContext.http;
  const headers = new Headers(event.headers as Record<string, string>);
  const body =
    event.body === undefined ? undefined : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const url = `https://${event.requestContext.domainName}${pathOf(event)}${query}`;
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  headers.set('content-length', String(body?.length ?? 0));
  return new Request(url, { method, headers, ...(body && { body }) });
};

/**
 * The path, percent-encoded. HTTP APIs decode it, so that a name with a slash in it looks like two parts of a path: what
 * follows the fixed part of a route with a parameter at its end is that one parameter.
 */
const pathOf = ({ rawPath, routeKey, requestContext: { stage } }: APIGatewayProxyEventV2): string => {
  const path = without(rawPath, stage === '$default' ? '' : `/${stage}`);
  const [, template = ''] = routeKey.split(' ');
  const fixed = /^[^{]*(?=\{[^}]+\}$)/.exec(template)?.[0];
  const encoded =
    fixed !== undefined && path.startsWith(fixed)
      ? fixed + encodeURIComponent(path.slice(fixed.length))
      : path.split('/').map(encodeURIComponent).join('/');
  return without(encoded, IAM);
};

const without = (path: string, prefix: string): string =>
  prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;

/** An answer as API Gateway wants it. One that is too large for Lambda becomes a 413 that says what to do. */
export const resultOf = async (response: Response, request: Request): Promise<APIGatewayProxyStructuredResultV2> => {
  const mayPack = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  const body = await readUpTo(response, mayPack ? MAX_UNPACKED_BYTES : MAX_ANSWER_BYTES);
  const result = body && resultWith(response, body, mayPack);
  if (result && sizeOf(result) <= MAX_ANSWER_BYTES) return result;
  const told = tooLarge();
  return resultWith(told, Buffer.from(await told.arrayBuffer()), false);
};

/** undefined when it is larger. */
const readUpTo = async ({ body }: Response, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) return undefined; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
};

const resultWith = (
  { status: statusCode, headers }: Response,
  body: Buffer,
  mayPack: boolean,
): APIGatewayProxyStructuredResultV2 => {
  const told = Object.fromEntries(headers);
  const isText = /^(text\/|application\/(json|problem\+json|x-ndjson))/.test(headers.get('content-type') ?? '');
  if (isText && mayPack && body.length > WORTH_PACKING_BYTES) {
    const packed = gzipSync(body, { level: 4 }).toString('base64');
    return { statusCode, headers: { ...told, 'content-encoding': 'gzip' }, body: packed, isBase64Encoded: true };
  }
  if (body.length === 0) return { statusCode, headers: told };
  const encoding = isText ? 'utf8' : 'base64';
  return { statusCode, headers: told, body: body.toString(encoding), isBase64Encoded: !isText };
};

/** The result is sent as JSON, in which a quote takes two bytes. */
const sizeOf = (result: APIGatewayProxyStructuredResultV2): number =>
  (result.body?.length ?? 0) < MAX_ANSWER_BYTES / 8 ? 0 : Buffer.byteLength(JSON.stringify(result));

const tooLarge = (): Response => {
  const problem = {
    type: 'urn:modelmeter:error:tooLarge',
    title: 'The answer is too large',
    status: 413,
    detail:
      'the answer is larger than the 6 MiB that AWS Lambda passes on: ask for a shorter range, a coarser step, fewer groups ' +
      'or a limit, and accept gzip',
  };
  return respond(413, 'application/problem+json', JSON.stringify(problem));
};
