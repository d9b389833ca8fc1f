import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashRequest } from './traffic.ts';

export interface Answered {
  request: CrashRequest;
  /** What the server said, parsed. */
  answer: unknown;
}

/**
 * Sends a request until it is answered with 2xx: after a broken connection, a refused one, a 429 or a 5xx it goes again with
 * the same key. Throws on any other answer, which would mean that a retry was taken for something else.
 */
export const deliver = async (baseUrl: string, request: CrashRequest): Promise<Answered> => {
  for (;;) {
    try {
      const response = await fetch(baseUrl + request.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': request.key },
        body: request.body,
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      if (response.ok) return { request, answer: JSON.parse(text) };
      if (response.status < 500 && response.status !== 429)
        throw new RefusedError(`${request.key} was answered ${response.status}: ${text}`);
    } catch (error) {
      if (error instanceof RefusedError) throw error;
    }
    await sleep(20);
  }
};

class RefusedError extends Error {}
