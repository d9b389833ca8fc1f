import type { RollupKind } from '../telemetry/families.ts';
import type { Metric, MetricSource } from './types.ts';

/** A line of the catalogue's tables; what a topic's lines share is said once, by the functions below. */
type Line = Pick<Metric, 'name' | 'unit' | 'meaning'> & { rows?: readonly string[]; defaultStat?: string };

const metric = (line: Line, source: MetricSource, defaultStat: string): Metric => ({
  name: line.name,
  unit: line.unit,
  source,
  meaning: line.meaning,
  defaultStat: line.defaultStat ?? defaultStat,
  rows: line.rows ?? [],
});

/** Metrics that count events of one kind. */
export const counts = (event: RollupKind, lines: readonly (Line & { measure: string })[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'count', event, measure: line.measure }, 'count'));

/** Metrics that are a number of each event of one kind. */
export const distributions = (event: RollupKind, lines: readonly (Line & { measure: string })[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'distribution', event, measure: line.measure }, 'p95'));

type Ratio = Extract<MetricSource, { from: 'ratio' }>;

/** Metrics that are computed of two others. */
export const ratios = (lines: readonly (Line & Omit<Ratio, 'from'>)[]): Metric[] =>
  lines.map((line) => {
    const { numerator, denominator, scale, offset } = line;
    const factors = { ...(scale === undefined ? {} : { scale }), ...(offset === undefined ? {} : { offset }) };
    return metric(line, { from: 'ratio', numerator, denominator, ...factors }, 'ratio');
  });

/** Metrics that say how many different values of a dimension were seen. */
export const distincts = (event: RollupKind, lines: readonly (Line & { dimension: string })[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'distinct', event, dimension: line.dimension }, 'count'));

/** Metrics that come as a level. */
export const gauges = (lines: readonly Line[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'sample', kind: 'gauge' }, 'avg'));

/** Metrics that come as a running total. */
export const counters = (lines: readonly Line[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'sample', kind: 'counter' }, 'rate'));

/** Metrics that come as a histogram: `<name>_bucket` with label `le` in the metric's unit, `<name>_sum`, `<name>_count`. */
export const histograms = (lines: readonly Line[]): Metric[] =>
  lines.map((line) => metric(line, { from: 'sample', kind: 'histogram' }, 'p95'));
