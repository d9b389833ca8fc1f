import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { AppError } from '../../core/errors.ts';
import { respond } from '../http/respond.ts';
import { lightRequest } from './lightRequest.ts';
import type { AnyResponse } from './lightResponse.ts';

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
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const url = `https://${event.requestContext.domainName}${pathOf(event)}${query}`;
  const body =
    event.body === undefined ? undefined : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  const headers = { ...(event.headers as Record<string, string>) };
  if (body !== undefined || method === 'POST' || method === 'PUT')
    headers['content-length'] = String(body?.length ?? 0);
  return lightRequest({ method, url, headers, body });
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
export const resultOf = async (response: AnyResponse, request: Request): Promise<Result> => {
  const mayPack = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  const body = await wholeOf(response, mayPack ? MAX_UNPACKED_BYTES : MAX_ANSWER_BYTES).catch(nothingIfTooLarge);
  const result = body === undefined ? undefined : resultWith(response, body, mayPack);
  return result && sizeOf(result) <= MAX_ANSWER_BYTES ? result : resultWith(tooLarge(), TOO_LARGE, false);
};

type Result = APIGatewayProxyStructuredResultV2;

/** undefined when it is larger. */
const wholeOf = async ({ body }: AnyResponse, maxBytes: number): Promise<string | Uint8Array | undefined> => {
  if (body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) return undefined; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
};

/** An answer that grew too large while it was made. */
const nothingIfTooLarge = (error: unknown): undefined => {
  if (!(error instanceof AppError) || error.code !== 'tooLarge') throw error;
};

const resultWith = (response: AnyResponse, body: string | Uint8Array, mayPack: boolean): Result => {
  const { status: statusCode } = response;
  const headers = Object.fromEntries(response.headers);
  if (body.length === 0) return { statusCode, headers };
  const isText = /^(text\/|application\/(json|problem\+json|x-ndjson))/.test(headers['content-type'] ?? '');
  if (isText && mayPack && body.length > WORTH_PACKING_BYTES) {
    const packed = gzipSync(body, { level: 4 }).toString('base64');
    return { statusCode, headers: { ...headers, 'content-encoding': 'gzip' }, body: packed, isBase64Encoded: true };
  }
  if (typeof body === 'string') return { statusCode, headers, body, isBase64Encoded: false };
  const encoding = isText ? 'utf8' : 'base64';
  return { statusCode, headers, body: Buffer.from(body).toString(encoding), isBase64Encoded: !isText };
};

/** The result is sent as JSON, in which a quote takes two bytes. */
const sizeOf = (result: Result): number =>
  (result.body?.length ?? 0) < MAX_ANSWER_BYTES / 8 ? 0 : Buffer.byteLength(JSON.stringify(result));

const TOO_LARGE = JSON.stringify({
  type: 'urn:modelmeter:error:tooLarge',
  title: 'The answer is too large',
  status: 413,
  detail:
    'the answer is larger than the 6 MiB that AWS Lambda passes on: ask for a shorter range, a coarser step, fewer groups ' +
    'or a limit, and accept gzip; large exports are queries of Athena',
});
const tooLarge = (): AnyResponse => respond(413, 'application/problem+json', TOO_LARGE);
