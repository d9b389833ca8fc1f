import { gauges } from './define.ts';
import type { Metric } from './types.ts';

/** How much was read of the metrics that a provider keeps; one point for each read, by source, account and region. */
export const SOURCES: readonly Metric[] = gauges([
  {
    name: 'source.metricsRead',
    unit: '{metric}',
    meaning: 'Metrics of a provider that one read asked for: what the provider bills.',
    defaultStat: 'last',
  },
  {
    name: 'source.metricsLeftOut',
    unit: '{metric}',
    meaning:
      'Metrics that had data and were not read, since one read has a bound: raise maxMetricsPerRead to see them.',
    defaultStat: 'max',
  },
]);
