import type { ProviderMetrics } from '../../core/sources/cloudWatch/port.ts';
import type { ProviderSeries, Statistic } from '../../core/sources/cloudWatch/types.ts';
import { HOUR, MINUTE } from '../../core/telemetry/families.ts';

/** The reference: single values, of which statistics are made when they are asked for. */
export const memoryProviderMetrics = ({ nowMs }: { nowMs: () => number }) => {
  const kept: { series: ProviderSeries; key: string; timeMs: number; value: number }[] = [];

  const metrics: ProviderMetrics = {
    async recentlyActive(namespace, max) {
      const active = kept.filter(
        ({ series, timeMs }) => series.namespace === namespace && timeMs > nowMs() - 3 * HOUR && timeMs <= nowMs(),
      );
      const series = [...new Map(active.map((each) => [each.key, each.series])).values()];
      return { series: series.slice(0, max), isAll: series.length <= max };
    },
    async read({ metrics: asked, fromMs, toMs }) {
      const points = asked.map(({ series, stats }) => {
        const minutes = Map.groupBy(
          kept.filter(({ key, timeMs }) => key === keyOf(series) && timeMs >= fromMs && timeMs < toMs),
          ({ timeMs }) => Math.floor(timeMs / MINUTE) * MINUTE,
        );
        const inTime = [...minutes].sort(([a], [b]) => a - b);
        const of = (stat: Statistic) =>
          inTime.map(([timeMs, of]): [number, number] => [
            timeMs,
            statistic(
              stat,
              of.map(({ value }) => value),
            ),
          ]);
        return Object.fromEntries(stats.map((stat) => [stat, of(stat)]));
      });
      return { points, failed: 0 };
    },
  };

  return {
    ...metrics,
    /** Publishes one value, as a service does. */
    put(series: ProviderSeries, timeMs: number, ...values: number[]) {
      for (const value of values) kept.push({ series, key: keyOf(series), timeMs, value });
    },
  };
};

const keyOf = ({ namespace, metric, dimensions }: ProviderSeries): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort()]);

const statistic = (stat: Statistic, values: readonly number[]): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  if (stat === 'Sum') return sum;
  if (stat === 'SampleCount') return values.length;
  if (stat === 'Average') return sum / values.length;
  if (stat === 'Maximum') return Math.max(...values);
  const rank = Math.ceil((Number(stat.slice(1)) / 100) * values.length);
  return values.toSorted((a, b) => a - b)[rank - 1]!;
};
