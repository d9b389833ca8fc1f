import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request, and who API Gateway found to have sent it. */
export interface GatewayRequest {
  method: string;
  path: string;
  query?: string;
  headers: Record<string, string>;
  body?: Buffer;
  authorizer: object;
}

const BY_ROLE = { iam: { accountId: '123456789012', userArn: 'arn:aws:sts::123456789012:assumed-role/Heartbeat/x' } };

/** As API Gateway hands a request to a function: HTTP API, payload format 2.0. */
export const gatewayEvent = (
  { method, path, query = '', headers, body, authorizer }: GatewayRequest,
  nowMs: number,
) => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: path,
  rawQueryString: query,
  headers: { host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com', 'x-forwarded-proto': 'https', ...headers },
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer,
    domainName: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'bench' },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: `${method} ${path}`,
    stage: '$default',
    time: new Date(nowMs).toISOString(),
    timeEpoch: nowMs,
  },
  // JSON comes as text; what API Gateway takes for binary comes in base64.
  ...(body && isText(headers) && { body: body.toString(), isBase64Encoded: false }),
  ...(body && !isText(headers) && { body: body.toString('base64'), isBase64Encoded: true }),
});

const isText = (headers: Record<string, string>) =>
  /json|text/.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;

export interface GatewayAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** The API's address for functions that call it: every request is handed to `answer` as signed by a role. */
export const gateway = async (answer: (request: GatewayRequest) => Promise<GatewayAnswer>) => {
  const server = createServer(async (incoming, outgoing) => {
    const { pathname, search } = new URL(incoming.url!, 'http://api');
    const body = await buffer(incoming);
    const { statusCode, headers, ...answered } = await answer({
      method: incoming.method!,
      path: pathname,
      query: search.slice(1),
      headers: single(incoming.headers),
      ...(body.length > 0 && { body }),
      authorizer: BY_ROLE,
    });
    outgoing
      .writeHead(statusCode, headers)
      .end(Buffer.from(answered.body ?? '', answered.isBase64Encoded ? 'base64' : 'utf8'));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const single = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
