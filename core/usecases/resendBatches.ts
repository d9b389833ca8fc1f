import type { RollupStore } from '../ports.ts';
import { DAY, HOUR, MINUTE } from '../telemetry/families.ts';

/** Longer than all tries of a message take, milliseconds: before this a batch may still be on its way. */
const MISSED_AFTER_MS = 75 * MINUTE;
/** Each batch is looked at three times before it is older than this. */
const LOOKED_AT_FOR_MS = 26 * HOUR;
/** Ids begin with a hexadecimal digit. Each hour looks at two of the sixteen, so that eight hours see all. */
const DIGITS_PER_HOUR = 2;
const TOGETHER = 500;
/**
 * So long applied batches are remembered, milliseconds: as long as events are accepted and dead letters are kept, 35 and 14 days.
 * An older one cannot be told from one that never was applied.
 */
export const REMEMBERED_MS = 49 * DAY;

/** Batches that were kept in [fromMs, toMs), with ids that begin with one of these; `''` is any. */
export interface KeptSpan {
  prefixes: readonly string[];
  fromMs: number;
  toMs: number;
}

export interface ResendPorts {
  log: { list(prefix: string): AsyncIterable<{ id: string; storedMs: number }> };
  rollups: Pick<RollupStore, 'applied'>;
  /** Says once more that these batches are there. That it may be said more often than needed does no harm. */
  announce: (ids: readonly string[]) => Promise<void>;
}

/**
 * Announces batches again that were kept and never rolled up, since the word of them was lost. What waits for a redrive
 * after it failed is announced too, and fails again or is done.
 *
 * @param span not before `REMEMBERED_MS` ago: what was forgotten would count twice
 * @param isBusy asked between some hundreds of batches; true stops early
 * @returns how many were announced
 */
export const resendBatches =
  ({ log, rollups, announce }: ResendPorts) =>
  async (span: KeptSpan, isBusy: () => boolean = () => false): Promise<number> => {
    let resent = 0;
    for (const prefix of span.prefixes) {
      for await (const ids of inGroups(keptIn(log.list(prefix), span))) {
        if (isBusy()) return resent;
        const applied = new Set(await rollups.applied(ids));
        const missed = ids.filter((id) => !applied.has(id));
        if (missed.length > 0) await announce(missed);
        resent += missed.length;
      }
    }
    return resent;
  };

/** What an hourly run looks at. */
export const missedLately = (nowMs: number): KeptSpan => {
  const first = Math.floor(nowMs / HOUR) * DIGITS_PER_HOUR;
  return {
    prefixes: Array.from({ length: DIGITS_PER_HOUR }, (_, i) => ((first + i) % 16).toString(16)),
    fromMs: nowMs - LOOKED_AT_FOR_MS,
    toMs: nowMs - MISSED_AFTER_MS,
  };
};

async function* keptIn(
  batches: AsyncIterable<{ id: string; storedMs: number }>,
  { fromMs, toMs }: KeptSpan,
): AsyncGenerator<string> {
  for await (const { id, storedMs } of batches) if (storedMs >= fromMs && storedMs < toMs) yield id;
}

async function* inGroups(ids: AsyncIterable<string>): AsyncGenerator<string[]> {
  let group: string[] = [];
  for await (const id of ids) {
    group.push(id);
    if (group.length < TOGETHER) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
