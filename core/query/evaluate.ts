import { AppError } from '../errors.ts';
import type { Metric, MetricTerm } from '../metrics/types.ts';
import { findMetric } from '../metrics.ts';
import { familiesFor } from './chooseFamily.ts';
import { type GroupValues, groupKey, percentile, type QueryPorts, type Selection } from './context.ts';
import { readDistinct } from './distinct.ts';
import { readEvents } from './events.ts';
import { parseFilter } from './filter.ts';
import { aggregateHistograms, aggregateSamples } from './sampleStats.ts';
import { readSamples } from './samples.ts';

/** What can be asked of each kind of metric; `p` stands for any percentile. */
export const STATS: Record<string, readonly string[]> = {
  count: ['count', 'sum', 'rate'],
  distribution: ['count', 'sum', 'rate', 'min', 'max', 'avg', 'last', 'p'],
  gauge: ['avg', 'sum', 'min', 'max', 'last', 'count', 'p'],
  counter: ['rate', 'sum', 'avg', 'min', 'max', 'count', 'p'],
  delta: ['rate', 'sum', 'avg', 'min', 'max', 'count', 'p'],
  histogram: ['count', 'sum', 'rate', 'avg', 'p'],
  ratio: ['ratio'],
  distinct: ['count'],
};

export const sourceKind = ({ source }: Metric): string => (source.from === 'sample' ? source.kind : source.from);

/** Throws AppError invalidInput when a stat cannot be had of a metric, naming those that can. */
export const checkStats = (metric: Metric, stats: readonly string[]): void => {
  const possible = STATS[sourceKind(metric)]!;
  for (const stat of stats) {
    if (possible.includes(stat) || (possible.includes('p') && percentile(stat) !== undefined)) continue;
    const names = possible.map((name) => (name === 'p' ? 'p50, p95, p99 or any other percentile' : name)).join(', ');
    const message = `"${stat}" cannot be had of ${metric.name}; possible are ${names}`;
    throw new AppError('invalidInput', message, { problems: [{ path: 'stat', message }] });
  }
};

/** Values of a metric by group and bucket. The stats were checked. */
export const evaluate = async (
  ports: QueryPorts,
  metric: Metric,
  stats: readonly string[],
  selection: Selection,
): Promise<GroupValues[]> => {
  const { source, name } = metric;
  const stepMs = selection.grid.stepS * 1000;
  const dimensions = [...selection.groupBy, ...selection.filters.map((filter) => filter.name)];
  switch (source.from) {
    case 'count': {
      const families = familiesFor({ ...source, dimensions, stepMs });
      return readEvents(
        ports,
        families,
        { measure: source.measure, stats: stats.map((stat) => (stat === 'count' ? 'sum' : stat)) },
        selection,
      );
    }
    case 'distribution':
      return readEvents(
        ports,
        familiesFor({ ...source, dimensions, stepMs, stats }),
        { measure: source.measure, stats },
        selection,
      );
    case 'distinct': {
      const families = familiesFor({
        event: source.event,
        measure: 'events',
        dimensions: [...dimensions, source.dimension],
        stepMs,
      });
      return readDistinct(ports, families, source.dimension, selection);
    }
    case 'sample':
      if (source.kind !== 'histogram')
        return aggregateSamples(await readSamples(ports, name, selection), stats, selection);
      return aggregateHistograms(await readHistogram(ports, name, selection), stats, selection);
    case 'ratio': {
      const numerator = await evaluateTerm(ports, source.numerator, selection);
      const denominator = await evaluateTerm(ports, source.denominator, selection);
      return divide(source.numerator.filter ? withNone(numerator, denominator) : numerator, denominator, source);
    }
  }
};

const readHistogram = async (ports: QueryPorts, name: string, selection: Selection) => ({
  buckets: await readSamples(ports, `${name}_bucket`, selection),
  sums: await readSamples(ports, `${name}_sum`, selection),
  counts: await readSamples(ports, `${name}_count`, selection),
});

const evaluateTerm = async (ports: QueryPorts, term: MetricTerm, selection: Selection): Promise<GroupValues[]> => {
  const metric = findMetric(term.metric)!;
  const filters = [...selection.filters, ...(term.filter ?? []).flatMap((text) => parseFilter(text) ?? [])];
  const values = await evaluate(ports, metric, [term.stat], { ...selection, filters });
  if (!term.plus) return values;
  return combine(values, await evaluateTerm(ports, term.plus, selection), (a, b) => a + b);
};

const divide = (numerator: GroupValues[], denominator: GroupValues[], of: { scale?: number; offset?: number }) =>
  combine(numerator, denominator, (a, b) => (b === 0 ? Number.NaN : (of.offset ?? 0) + ((of.scale ?? 1) * a) / b));

/** Of a whole that is known, a part of which no series came is none: a service without a single 5xx has no series of them. */
const withNone = (part: readonly GroupValues[], whole: readonly GroupValues[]): GroupValues[] => {
  const parts = new Map(part.map((group) => [groupKey(group.labels), group]));
  return whole.map(({ labels, values }) => {
    const known = parts.get(groupKey(labels))?.values[0];
    const partOf = (total: number, t: number) => {
      const value = known?.[t] ?? Number.NaN;
      return Number.isNaN(value) && !Number.isNaN(total) ? 0 : value;
    };
    return { labels, values: [values[0]!.map(partOf)] };
  });
};

/** Group by group and bucket by bucket; a group that one side lacks is left out. */
const combine = (left: GroupValues[], right: GroupValues[], of: (a: number, b: number) => number): GroupValues[] => {
  const others = new Map(right.map((group) => [groupKey(group.labels), group]));
  return left.flatMap(({ labels, values }) => {
    const other = others.get(groupKey(labels));
    return other ? [{ labels, values: [values[0]!.map((a, t) => of(a, other.values[0]![t]!))] }] : [];
  });
};
