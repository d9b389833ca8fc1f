import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Captured {
  method: string;
  path: string;
  body: string;
  key: string | undefined;
  authorization: string | undefined;
}

/**
 * A server that remembers what it was sent. `answer` may refuse: undefined = 202. Like the product, it counts a
 * repeated Idempotency-Key, or a repeated body without one, once in `distinct`.
 */
export const captureServer = async (
  answer: (request: Captured, count: number) => { status: number; headers?: Record<string, string> } | undefined = () =>
    undefined,
) => {
  const requests: Captured[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // broken off by the client: it was not sent
    const captured: Captured = {
      method: request.method ?? '',
      path: request.url ?? '',
      body,
      key: request.headers['idempotency-key']?.toString(),
      authorization: request.headers.authorization,
    };
    const refusal = answer(captured, requests.length);
    requests.push(captured);
    response.writeHead(refusal?.status ?? 202, refusal?.headers).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    distinct: (path: string): string[] => [
      ...new Map(
        requests.filter((request) => request.path === path).map(({ key, body }) => [key ?? body, body]),
      ).values(),
    ],
    close: () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
};
