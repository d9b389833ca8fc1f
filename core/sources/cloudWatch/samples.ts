import type { Sample } from '../../telemetry/batch.ts';
import type { PlannedMetric } from './plan.ts';
import type { Statistic } from './types.ts';

/** Values of one statistic: minutes (epoch ms of their start) that have one. */
export type StatisticPoints = Partial<Record<Statistic, readonly (readonly [timeMs: number, value: number])[]>>;

/** These only grow while late values come in: read again, the greater one is kept, and it is the right one. */
const GROWING: ReadonlySet<Statistic> = new Set(['Sum', 'SampleCount', 'Maximum']);

/**
 * Samples of what was read, at the start of their minute. Averages and percentiles of a minute that may still change are left
 * for a later read, since of two readings of one point the greater is kept.
 *
 * @param points by place in `metrics`; a minute without a value gives no sample, not 0
 * @param options.settledMs minutes from here on may still change, epoch ms
 */
export const samplesOf = (
  metrics: readonly PlannedMetric[],
  points: readonly StatisticPoints[],
  { labels, settledMs }: { labels: Readonly<Record<string, string>>; settledMs: number },
): Sample[] =>
  metrics.flatMap((metric, i) =>
    metric.readings.flatMap(({ stat, to, kind, scale }) =>
      (points[i]?.[stat] ?? [])
        .filter(([timeMs]) => GROWING.has(stat) || timeMs < settledMs)
        .map(([timestamp, value]) => ({
          metric: to,
          kind,
          labels: { ...metric.labels, ...labels },
          timestamp,
          value: value * scale,
        }))
        .filter(({ value }) => Number.isFinite(value)),
    ),
  );
