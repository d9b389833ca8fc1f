import { BEDROCK_SERIES } from './bedrock.ts';
import { SAGEMAKER_SERIES } from './sagemaker.ts';
import type { ProviderSeries, SeriesFamily, Target } from './types.ts';

export type Source = SeriesFamily['source'];

/** All series of CloudWatch that are known. */
export const SERIES_FAMILIES: readonly SeriesFamily[] = [...BEDROCK_SERIES, ...SAGEMAKER_SERIES];

/** The namespaces to list for some sources, each once. */
export const namespacesOf = (sources: readonly Source[]): string[] => [
  ...new Set(SERIES_FAMILIES.filter(({ source }) => sources.includes(source)).map(({ namespace }) => namespace)),
];

/** A series that is read, and what becomes of it. */
export interface PlannedMetric extends Target {
  series: ProviderSeries;
  labels: Readonly<Record<string, string>>;
}

const keyOf = (names: readonly string[]): string => [...names].sort().join('\u001f');
const FAMILY_OF = new Map(
  SERIES_FAMILIES.map((family) => [`${family.namespace} ${keyOf(family.dimensions)}`, family] as const),
);

/**
 * What is read of the series there are: those that are known, at most `maxMetrics` of them. When there are more, traffic and
 * tokens of all go before failures, those before latencies, and utilizations come last; of one rank by name, so that every read
 * takes the same ones and none has holes.
 *
 * @returns the metrics to read, and how many known ones had no room
 */
export const planReads = (
  series: readonly ProviderSeries[],
  maxMetrics: number,
): { metrics: PlannedMetric[]; leftOut: number } => {
  const known = series.flatMap((each): (PlannedMetric & { key: string })[] => {
    const names = Object.keys(each.dimensions);
    const family = FAMILY_OF.get(`${each.namespace} ${keyOf(names)}`);
    const target = family && Object.hasOwn(family.metrics, each.metric) ? family.metrics[each.metric] : undefined;
    if (!family || !target) return [];
    const labels = { ...family.labelsOf(each.dimensions), ...target.set };
    const key = `${target.rank} ${keyOf(Object.values(each.dimensions))} ${each.metric}`;
    return [{ ...target, series: each, labels, key }];
  });
  const sorted = known.sort((a, b) => (a.key < b.key ? -1 : 1));
  const metrics = sorted.slice(0, maxMetrics).map(({ key: _, ...metric }) => metric);
  return { metrics, leftOut: sorted.length - metrics.length };
};
