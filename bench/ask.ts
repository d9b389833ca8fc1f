import { Agent, get } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Closes the connections that are kept alive. */
export const closeConnections = (): void => agent.destroy();

/** A question asked over a kept-alive connection; the time ends with the last byte of the answer, before it is parsed. */
export const ask = (url: string): Promise<{ tookMs: number; answer: unknown }> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    get(url, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const tookMs = performance.now() - startedAt;
        const text = Buffer.concat(parts).toString();
        if (response.statusCode !== 200)
          reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        else resolve({ tookMs, answer: JSON.parse(text) });
      });
    }).on('error', reject);
  });
