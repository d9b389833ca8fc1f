import { createServer, type IncomingMessage } from 'node:http';

export interface Answer {
  status: number;
  body: string;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/**
 * The HTTP shell around a peer: `GET /healthz`, and whatever `answer` says to the rest. Listens on loopback at PORT,
 * stops on SIGTERM after `close`. A failure is a 500 with its message, so that the harness stops.
 */
export const servePeer = (peer: {
  answer: (request: { method: string; url: URL; body: Buffer }) => Promise<Answer>;
  close: () => Promise<void> | void;
}): void => {
  const server = createServer((request, response) => {
    const respond = async () => {
      const body = await readBody(request);
      if (request.url === '/healthz') return { status: 200, body: '{}' };
      const url = new URL(request.url!, 'http://localhost');
      return peer.answer({ method: request.method!, url, body });
    };
    respond()
      .catch((error: unknown) => ({ status: 500, body: JSON.stringify({ message: String(error) }) }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', async () => {
    server.close();
    await peer.close();
    process.exit(0);
  });
};
