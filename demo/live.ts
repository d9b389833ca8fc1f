import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient } from './client.ts';
import { anchorOf, REQUESTS_PER_MINUTE } from './fleet.ts';
import { fleetSender } from './send.ts';

/** What happened in as long is sent together; ranges begin and end at multiples of it. */
export const SLICE_MS = 5000;

/** The last moment that a slice may end at. */
export const sliceEnd = (atMs: number): number => Math.floor(atMs / SLICE_MS) * SLICE_MS;

/**
 * Goes on from `fromMs`, sending every few seconds what happened since, until the signal is aborted; it resolves then.
 * After a pause (a laptop asleep) it catches up.
 *
 * @param beforeSend hears each range before it is sent, so that one cut short can be sent again just so
 * @param now the clock, epoch milliseconds
 */
export const live = async ({
  baseUrl,
  token,
  seed,
  now = Date.now,
  fromMs = sliceEnd(now()),
  anchorMs = anchorOf(fromMs),
  requestsPerMinute = REQUESTS_PER_MINUTE,
  beforeSend = () => {},
  signal,
}: {
  baseUrl: string;
  token?: string | undefined;
  seed: number;
  now?: () => number;
  fromMs?: number;
  anchorMs?: number;
  requestsPerMinute?: number;
  beforeSend?: (range: { fromMs: number; toMs: number }) => void;
  signal: AbortSignal;
}): Promise<void> => {
  const send = fleetSender(
    { seed, anchorMs, requestsPerMinute },
    httpClient({ baseUrl, ...(token && { token }), signal }),
  );
  let sentMs = fromMs;
  try {
    while (!signal.aborted) {
      const toMs = sliceEnd(now());
      if (toMs > sentMs) {
        beforeSend({ fromMs: sentMs, toMs });
        await send({ fromMs: sentMs, toMs });
        sentMs = toMs;
      }
      await sleep(SLICE_MS - (now() % SLICE_MS), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
