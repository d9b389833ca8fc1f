import { MINUTE } from '../../telemetry/families.ts';

/** A minute that is younger is not read: most of it has not reached CloudWatch. */
const DELAY_MS = 2 * MINUTE;
/** How much earlier a window begins than the one before ended: values come up to this late, beside the delay. */
const OVERLAP_MS = 15 * MINUTE;
/** After this long a minute is taken as final, averages and percentiles too. The usual setting of CloudWatch exporters. */
const SETTLED_AFTER_MS = 10 * MINUTE;

/**
 * The minutes that a read takes in: those that start in [fromMs, toMs). Every minute is in several windows, so one read that
 * fails leaves no hole, and values that come late are seen.
 *
 * @param of.everyMin minutes between reads
 * @returns epoch ms on the minute; minutes from `settledMs` on may still change
 */
export const readWindow = ({ nowMs, everyMin }: { nowMs: number; everyMin: number }) => {
  const onTheMinute = (ms: number) => Math.floor(ms / MINUTE) * MINUTE;
  const toMs = onTheMinute(nowMs - DELAY_MS);
  return {
    fromMs: toMs - everyMin * MINUTE - OVERLAP_MS,
    toMs,
    settledMs: onTheMinute(nowMs - SETTLED_AFTER_MS),
  };
};
