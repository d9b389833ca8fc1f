import type { Statistic, Target } from './types.ts';

/** What CloudWatch's metrics are read as. Its statistics become samples that mean the same over any step. */

type Options = Pick<Target, 'set'> & { scale?: number; rank?: number };

const reading = (stat: Statistic, to: string, kind: 'delta' | 'gauge', scale = 1) => ({ stat, to, kind, scale });

/** How much there was in each minute: a delta, so that sums over steps and series are right. */
export const amount = (to: string, { rank = 0, scale, ...rest }: Options = {}): Target => ({
  rank,
  readings: [reading('Sum', to, 'delta', scale)],
  ...rest,
});

/**
 * Durations: count and sum as deltas of a histogram without buckets, so that averages over any step are exact; the maximum,
 * and percentiles by their own names, since none of longer steps can be made of those of minutes. No minimum: it is the one
 * statistic that falls when late values come, and of two readings of a point the greater is kept.
 */
export const duration = (to: string, { rank = 2, scale, ...rest }: Options = {}): Target => ({
  rank,
  readings: [
    reading('Sum', `${to}_sum`, 'delta', scale),
    reading('SampleCount', `${to}_count`, 'delta'),
    reading('Maximum', `${to}Max`, 'gauge', scale),
    reading('p95', `${to}P95`, 'gauge', scale),
    reading('p99', `${to}P99`, 'gauge', scale),
  ],
  ...rest,
});

/** Durations of what is rare, without percentiles. */
export const rareDuration = (to: string, options: Options = {}): Target => {
  const { readings, ...rest } = duration(to, options);
  return { ...rest, readings: readings.slice(0, 3) };
};

/** A level, averaged over each minute and what reported it. */
export const level = (to: string, { rank = 3, scale, ...rest }: Options = {}): Target => ({
  rank,
  readings: [reading('Average', to, 'gauge', scale)],
  ...rest,
});
