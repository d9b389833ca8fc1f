import { DAY } from '../core/telemetry/families.ts';
import { backfill, HISTORY_DAYS } from './backfill.ts';
import { httpClient } from './client.ts';
import { anchorOf } from './fleet.ts';
import { live, sliceEnd } from './live.ts';
import { readProgress, writeProgress } from './progress.ts';
import { registerOwners } from './registry.ts';

/** Events older than 35 days are not taken, so a longer pause is not made up for. */
const MAX_PAUSE_MS = 34 * DAY;

export interface DemoOptions {
  /** Where Modelmeter listens. */
  baseUrl: string;
  token?: string;
  /** Where to remember what was sent; it belongs beside the data, so that both go together. */
  progressFile: string;
  /** The same seed makes the same fleet. */
  seed: number;
  /** How far back history goes on the first start; 21 when absent. */
  historyDays?: number;
}

/** What the demo tells: how far history is (in hours of it), and that from now on it is live. */
export type DemoNews = { kind: 'history'; done: number; total: number } | { kind: 'live' };

/**
 * The simulated fleet: on the first start three weeks of history, later what happened since it was stopped, then live,
 * until the signal is aborted; it resolves then. It is a client like any other and uses the public endpoints only.
 */
export const runDemo = async ({
  baseUrl,
  token,
  progressFile,
  seed: newSeed,
  historyDays = HISTORY_DAYS,
  now = Date.now,
  tell = () => {},
  signal,
}: DemoOptions & { now?: () => number; tell?: (news: DemoNews) => void; signal: AbortSignal }): Promise<void> => {
  const startMs = sliceEnd(now());
  const before = readProgress(progressFile);
  const seed = before?.seed ?? newSeed;
  const anchorMs = before?.anchorMs ?? anchorOf(startMs);
  const target = { baseUrl, token, seed, anchorMs };
  const remember = (range: { fromMs: number; toMs: number }) =>
    writeProgress(progressFile, { seed, anchorMs, ...range });

  const fill = async (range: { fromMs: number; toMs: number }) => {
    remember(range);
    await backfill({
      ...target,
      fromMs: range.fromMs,
      nowMs: range.toMs,
      signal,
      onProgress: (done, total, untilMs) => {
        remember({ fromMs: untilMs, toMs: range.toMs });
        tell({ kind: 'history', done, total });
      },
    });
  };

  try {
    const beginMs = anchorMs - historyDays * DAY;
    await registerOwners(httpClient({ baseUrl, ...(token && { token }), signal }), beginMs);
    // The piece that was on the way when it stopped goes first, with the bounds it had; then what was missed.
    const first = before ?? { fromMs: beginMs, toMs: startMs };
    const oldestMs = anchorOf(startMs - MAX_PAUSE_MS); // a full hour, so that what is left of history is cut as it was
    if (first.toMs > oldestMs) await fill({ ...first, fromMs: Math.max(first.fromMs, oldestMs) });
    const missed = { fromMs: Math.max(first.toMs, oldestMs), toMs: sliceEnd(now()) };
    if (missed.toMs > missed.fromMs) await fill(missed);
    tell({ kind: 'live' });
    await live({ ...target, now, fromMs: missed.toMs, beforeSend: remember, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
