import type { SampleKind } from '../telemetry/batch.ts';
import type { RollupKind } from '../telemetry/families.ts';

/**
 * Where a metric's numbers come from.
 * - `count`: how many events of the kind hold the measure's condition, or the sum of its whole numbers.
 * - `distribution`: a numeric field of events, kept as count, sum, min, max, last and sketch.
 * - `sample`: points that came as OTLP metrics or remote write, under this metric's name after the mapping.
 * - `ratio`: `offset` (0) + `scale` (1) × numerator / denominator, of other metrics that are not ratios, taken over the same
 *   step and group; null where either is unknown or the denominator is 0.
 * - `distinct`: how many different values of a dimension were seen.
 */
export type MetricSource =
  | { from: 'count'; event: RollupKind; measure: string }
  | { from: 'distribution'; event: RollupKind; measure: string }
  | { from: 'sample'; kind: SampleKind | 'histogram' }
  | { from: 'ratio'; numerator: MetricTerm; denominator: MetricTerm; scale?: number; offset?: number }
  | { from: 'distinct'; event: RollupKind; dimension: string };

/** A term of a ratio: one number per step and group from another metric of the catalogue. */
export interface MetricTerm {
  metric: string;
  /**
   * - `count`: events, or observations of a distribution or histogram
   * - `sum`: the total of a distribution; of a gauge, the sum over series of their average within the step
   * - `rate`: increase per second of a counter, summed over series
   */
  stat: 'count' | 'sum' | 'rate';
  /** Only these of its series, in the query's filter grammar: `state:used`, `mode!:idle`, `status~:5*`. */
  filter?: readonly string[];
  /** Added to it: a whole that only its parts tell. Unknown where either is. */
  plus?: MetricTerm;
}

export interface Metric {
  /** Dotted, camelCase, for example `inference.latency`. */
  name: string;
  /** UCUM-like: ms, s, 1, By, {token}, {request}, USD, %, … Names that end in Ratio are 0 to 1, those in Utilization %. */
  unit: string;
  source: MetricSource;
  /** What it is and what it is for. */
  meaning: string;
  /** What one would graph by default: a stat of the query, or `ratio` for a ratio. */
  defaultStat: string;
  /** Rows of the requirements that ask for it, for example ['000.026']. */
  rows: readonly string[];
}
