import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Principal } from '../../core/ports.ts';

type Handler = (event: APIGatewayProxyEventV2, context: never) => Promise<APIGatewayProxyStructuredResultV2>;

/** API Gateway refuses larger payloads: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * What API Gateway's HTTP APIs do, on a port of loopback: makes an event of payload format 2.0 of each request and an
 * answer of what the function returns. That a body which is no text, or compressed, comes in base64 is AWS's own word; that
 * one does which calls itself JSON and is no UTF-8 is an assumption.
 *
 * @param of.principalOf what the authoriser says of a request; undefined = nobody
 */
export const gateway = async (of: {
  handler: Handler;
  principalOf: (headers: Headers) => Promise<Principal | undefined>;
}) => {
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    const refuse = (status: number, message: string) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
    const body = await bodyOf(incoming);
    if (body === 'cut off') return;
    if (body === 'too large') return refuse(413, 'Request Entity Too Large');
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
    const principal = await of.principalOf(headers);
    const event = eventOf({ incoming, body, principal });
    if (!event) return refuse(400, 'Bad Request');
    const context = { awsRequestId: `request-${++requests}`, getRemainingTimeInMillis: () => 29_000 };
    try {
      const result = await of.handler(event, context as never);
      const { statusCode = 200, headers: told = {}, body: text = '', isBase64Encoded = false } = result;
      outgoing.writeHead(statusCode, told as Record<string, string>);
      outgoing.end(incoming.method === 'HEAD' ? '' : Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'));
    } catch {
      refuse(500, 'Internal Server Error');
    }
  });
  server.keepAliveTimeout = 60_000; // on a busy machine a client may use a connection just when it is closed
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer | 'too large' | 'cut off'> => {
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BYTES) incoming.emit('error', new RangeError());
  });
  return buffer(incoming).catch((error: unknown) => (error instanceof RangeError ? 'too large' : 'cut off'));
};

/** Routes whose path ends with a name. */
const NAMED = ['/v1/deployments/', '/v1/dimensions/'];
const PARAMETERS: Record<string, string> = { '/v1/deployments/': '{deployment}', '/v1/dimensions/': '{name}' };

/** undefined for a path that cannot be decoded. */
export const eventOf = (of: {
  incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers'>;
  body: Buffer;
  principal: Principal | undefined;
}): APIGatewayProxyEventV2 | undefined => {
  const { incoming, body, principal } = of;
  const { method = 'GET', url = '/', headers } = incoming;
  const [encodedPath = '/', rawQueryString = ''] = url.split(/\?(.*)/s);
  const rawPath = decoded(encodedPath);
  if (rawPath === undefined) return undefined;
  const named = NAMED.find((start) => rawPath.startsWith(start) && rawPath.length > start.length);
  const routeKey = `${method} ${named ? named + PARAMETERS[named] : rawPath}`;
  const isText =
    headers['content-encoding'] === undefined &&
    /^(text\/|application\/json)/.test(headers['content-type'] ?? '') &&
    Buffer.from(body.toString()).equals(body);
  const domainName = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      ...(principal && { authorizer: { lambda: { principal: JSON.stringify(principal) } } }),
      domainName,
      domainPrefix: 'a1b2c3d4e5',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1773342238000,
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};
