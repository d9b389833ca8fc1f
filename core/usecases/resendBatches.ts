import type { RollupStore } from '../ports.ts';
import { HOUR, MINUTE } from '../telemetry/families.ts';

/** Longer than all tries of a message take, milliseconds: before this a batch may still be on its way. */
const MISSED_AFTER_MS = 75 * MINUTE;
/** Each batch is looked at three times before it is older than this. */
const LOOKED_AT_FOR_MS = 26 * HOUR;
/** Ids begin with a hexadecimal digit. Each hour looks at two of the sixteen, so that eight hours see all. */
const DIGITS_PER_HOUR = 2;
const TOGETHER = 500;

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
 * @param isBusy asked between some hundreds of batches; true stops early
 * @returns how many were announced
 */
export const resendBatches =
  ({ log, rollups, announce }: ResendPorts) =>
  async (nowMs: number, isBusy: () => boolean = () => false): Promise<number> => {
    const hour = Math.floor(nowMs / HOUR);
    let resent = 0;
    for (let i = 0; i < DIGITS_PER_HOUR; i++) {
      const digit = ((hour * DIGITS_PER_HOUR + i) % 16).toString(16);
      for await (const ids of inGroups(agedBetween(log.list(digit), nowMs))) {
        if (isBusy()) return resent;
        const applied = new Set(await rollups.applied(ids));
        const missed = ids.filter((id) => !applied.has(id));
        if (missed.length > 0) await announce(missed);
        resent += missed.length;
      }
    }
    return resent;
  };

async function* agedBetween(
  batches: AsyncIterable<{ id: string; storedMs: number }>,
  nowMs: number,
): AsyncGenerator<string> {
  for await (const { id, storedMs } of batches) {
    const ageMs = nowMs - storedMs;
    if (ageMs >= MISSED_AFTER_MS && ageMs < LOOKED_AT_FOR_MS) yield id;
  }
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
