import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Passes requests on, but loses the first answer: the sender is told to come back and sends the same body again. */
export const lossyProxy = async (target: string) => {
  /** What the target answered, lost or not. */
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const headers = Object.entries(request.headers)
      .filter(([name]) => /^content-(type|encoding)$/.test(name))
      .map(([name, value]): [string, string] => [name, String(value)]);
    const body = new Uint8Array(await buffer(request));
    const answer = await fetch(target + request.url, { method: 'POST', headers, body });
    const text = new Uint8Array(await answer.arrayBuffer());
    statuses.push(answer.status);
    if (statuses.length === 1) response.writeHead(503, { 'Retry-After': '1' }).end();
    else response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? '' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
