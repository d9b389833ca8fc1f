import { setTimeout as sleep } from 'node:timers/promises';

/** Sends to a Modelmeter over HTTP, as any client would. */
export interface Client {
  /**
   * Resolves when it was accepted. Waits and tries again on 429, 503 and a connection that fails, as `Retry-After`
   * says; throws on any other answer, or when it gives up, or with the signal's reason when that is aborted.
   */
  send(request: { method?: 'POST' | 'PUT'; path: string; body: string; key?: string }): Promise<void>;
}

const MAX_TRIES = 40;
const MAX_WAIT_S = 10;

/** @param baseUrl where Modelmeter listens, for example http://127.0.0.1:8080 */
export const httpClient = ({
  baseUrl,
  token,
  signal,
}: {
  baseUrl: string;
  token?: string;
  signal?: AbortSignal;
}): Client => ({
  async send({ method = 'POST', path, body, key }) {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    let failure: unknown;
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const response = await fetch(new URL(path, baseUrl), { method, headers, body, signal: signal ?? null }).catch(
        (error: unknown) => {
          signal?.throwIfAborted();
          failure = error;
        },
      );
      const text = await response?.text();
      if (response?.ok) return;
      if (response && response.status !== 429 && response.status !== 503)
        throw new Error(`${method} ${path} was answered ${response.status}: ${text?.slice(0, 500)}`);
      if (response) failure = new Error(`${response.status}: ${text?.slice(0, 500)}`);
      await sleep(waitMs(response?.headers.get('retry-after') ?? null, attempt), undefined, signal ? { signal } : {});
    }
    throw new Error(`${method} ${path} failed ${MAX_TRIES} times`, { cause: failure });
  },
});

/** `Retry-After` in whole seconds where the server says it, else longer each time; at most MAX_WAIT_S. */
const waitMs = (retryAfter: string | null, attempt: number): number => {
  const seconds = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : 0.1 * 2 ** attempt;
  return 1000 * Math.min(MAX_WAIT_S, seconds);
};
