import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBodies } from './workload.ts';

/**
 * One sender: a process that holds its part of the bodies and posts them one after the other over one kept-alive
 * connection. Started by sendAll.ts; says `ready`, waits for `go`, answers with what it measured.
 */
export interface SenderJob {
  file: string;
  part: number;
  of: number;
}

export interface SenderResult {
  /** Epoch milliseconds, with fractions, of the first request's start and of the last answer. */
  firstMs: number;
  lastMs: number;
  /** Events in bodies that were answered with 2xx. */
  acknowledged: number;
  /** How often an answer was 429 or 503. */
  refusals: number;
  /** Time of each request in milliseconds, refused ones too. */
  requestMs: number[];
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const now = () => performance.timeOrigin + performance.now();

const post = (url: string, body: Buffer): Promise<{ status: number; retryAfterS: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, retryAfterS: Number(response.headers['retry-after'] ?? 1), text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

const send = async (url: string, mine: readonly Buffer[]): Promise<SenderResult> => {
  const result: SenderResult = { firstMs: now(), lastMs: 0, acknowledged: 0, refusals: 0, requestMs: [] };
  for (const body of mine) {
    for (;;) {
      const startMs = now();
      const { status, retryAfterS, text } = await post(url, body);
      result.lastMs = now();
      result.requestMs.push(result.lastMs - startMs);
      if (status >= 200 && status < 300) {
        result.acknowledged += (JSON.parse(text) as { accepted: number }).accepted;
        break;
      }
      if (status !== 429 && status !== 503) throw new Error(`${url} answered ${status}: ${text.slice(0, 500)}`);
      result.refusals++;
      await sleep(retryAfterS * 1000);
    }
  }
  return result;
};

const tell = (message: unknown) => process.send!(message);
process.on('message', async (message: { job: SenderJob } | { go: string }) => {
  if ('job' in message) {
    mine = readBodies(message.job.file, message.job);
    tell('ready');
  } else {
    tell(await send(message.go, mine));
    agent.destroy();
  }
});
let mine: Buffer[] = [];
