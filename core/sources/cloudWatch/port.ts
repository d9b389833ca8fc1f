import type { StatisticPoints } from './samples.ts';
import type { ProviderSeries, Statistic } from './types.ts';

/** Metrics that a provider keeps itself. */
export interface ProviderMetrics {
  /**
   * The series of a namespace that had a value in the last three hours, in any order; at most `max` of them. `isAll` = there
   * are no more. [] = none, also of a namespace that nobody has heard of.
   */
  recentlyActive(namespace: string, max: number): Promise<{ series: ProviderSeries[]; isAll: boolean }>;
  /**
   * Statistics by the minute, of minutes that start in [fromMs, toMs), both on the minute. `points` are in the order asked for;
   * `failed` counts the metrics that the provider could not answer for now. Throws AppError overloaded when the provider is too busy, storageFailed when it fails otherwise.
   */
  read(query: {
    metrics: readonly { series: ProviderSeries; stats: readonly Statistic[] }[];
    fromMs: number;
    toMs: number;
  }): Promise<{ points: StatisticPoints[]; failed: number }>;
}
