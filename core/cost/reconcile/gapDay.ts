import { addParts, noParts, type Parts } from './parts.ts';
import type { UsageDay } from './series.ts';

/** One match on one day, in dollars. `parts` sum up to billed − estimated. */
export interface GapDay {
  day: number;
  estimated: number;
  billed: number;
  /** What both agree on. */
  matched: number;
  /** What of `billed` telemetry knows of. */
  metered: number;
  parts: Parts;
}

/**
 * @param ownBilled dollars of this day's usage, on whichever day they were billed
 * @param share of it that telemetry knows of, 0 to 1
 * @param parts to be added up; a part may come several times
 */
export const gapDay = (
  { day, estimated, billed }: UsageDay,
  { ownBilled, share, parts }: { ownBilled: number; share: number; parts: readonly Partial<Parts>[] },
): GapDay => ({
  day,
  estimated,
  billed,
  matched: Math.max(0, Math.min(estimated, ownBilled) * (share > 0 ? 1 : 0)),
  metered: ownBilled * share,
  parts: addParts(noParts(), ...parts),
});

/** How much of a bill's usage telemetry saw, 0 to 1. */
export const shareMetered = (metered: number, billed: number): number => (billed > metered ? metered / billed : 1);

/**
 * Where a rest belongs that prices do not account for. Discounts that vary from day to day (a Savings Plan covers what others
 * leave of it) are discounts all the same.
 *
 * @param bound of what the rounding of the day's lines can be
 */
export const restPart = (
  rest: number,
  { bound, paid, ownBilled, atList }: { bound: number; paid: number; ownBilled: number; atList: number },
): 'rounding' | 'discount' | 'unexplained' => {
  if (Math.abs(rest) <= bound * (1 + 1e-6)) return 'rounding';
  return paid < 1 && ownBilled >= 0 && ownBilled <= atList * (1 + 1e-6) ? 'discount' : 'unexplained';
};
