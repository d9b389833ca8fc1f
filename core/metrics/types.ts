import type { SampleKind } from '../telemetry/batch.ts';
import type { EventKind } from '../telemetry/events.ts';

/**
 * Where a metric's numbers come from.
 * - `count`: how many events of the kind hold the condition (`where`), or the sum of an integer `field`.
 * - `distribution`: a numeric field of events, kept as count, sum, min, max, last and sketch.
 * - `sample`: points that came as OTLP metrics or remote write, under this metric's name after the mapping.
 * - `ratio`: numerator / denominator of two other metrics of events, times `scale`; null where the denominator is 0.
 * - `distinct`: how many different values of a dimension were seen.
 */
export type MetricSource =
  | { from: 'count'; event: EventKind; measure: string }
  | { from: 'distribution'; event: EventKind; measure: string }
  | { from: 'sample'; kind: SampleKind | 'histogram' }
  | { from: 'ratio'; numerator: MetricTerm; denominator: MetricTerm; scale?: number }
  | { from: 'distinct'; event: EventKind; dimension: string };

/** A term of a ratio: the total of another metric of the catalogue (`count` or `sum` stat of it). */
export interface MetricTerm {
  metric: string;
  stat: 'count' | 'sum';
}

export interface Metric {
  /** Dotted, camelCase, for example `inference.latency`. */
  name: string;
  /** UCUM-like: ms, s, 1, By, {token}, {request}, USD, %, … */
  unit: string;
  source: MetricSource;
  /** One sentence: what it is and what it is for. */
  meaning: string;
  /** What one would graph by default. */
  defaultStat: string;
  /** Rows of the requirements that ask for it, for example ['000.026']. */
  rows: readonly string[];
}
