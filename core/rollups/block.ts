/**
 * A block: rows of one family of series at one step, held by column. A row is one series in one bucket of time.
 * Blocks are values: whoever merges makes a new one. Merging is associative and commutative.
 */
export interface Block {
  family: string;
  /** Length of a bucket, milliseconds; 1 for samples, whose rows are points. */
  stepMs: number;
  dimensions: readonly string[];
  /** Each series' dimension values, in the order of `dimensions`; '' where it has none. Sorted, without repeats. */
  series: readonly (readonly string[])[];
  /** For each row its index into `series`; rows are sorted by (series, time). */
  rowSeries: Uint32Array;
  /** For each row the start of its bucket, epoch milliseconds. */
  rowTime: Float64Array;
  columns: ReadonlyMap<string, Column>;
}

/** One measure of every row. Arrays are as long as the block has rows; a row without the measure has n = 0 (count: sum 0). */
export type Column = CountColumn | DistributionColumn | PointColumn | StretchColumn;

/** How many. Merging adds. */
export interface CountColumn {
  kind: 'count';
  sum: Float64Array;
}

/** Values of events. Merging adds n, sum and bins; `last` is of the latest, and of equally late ones the greatest. */
export interface DistributionColumn {
  kind: 'distribution';
  n: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
  lastTime: Float64Array;
  last: Float64Array;
  /** Row r's bins are [binStart[r], binStart[r + 1]), keys ascending; see sketch.ts. */
  binStart: Uint32Array;
  binKeys: Int32Array;
  binCounts: Float64Array;
}

/** The value of a sample at its time. Merging keeps one: the greatest, should two disagree. */
export interface PointColumn {
  kind: 'point';
  value: Float64Array;
}

/** What a series of samples did over a stretch of time. Merging puts the earlier one first. */
export interface StretchColumn {
  kind: 'stretch';
  n: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
  firstTime: Float64Array;
  first: Float64Array;
  lastTime: Float64Array;
  last: Float64Array;
  /** Of a counter: by how much it grew from first to last, resets included. */
  increase: Float64Array;
}

/** The fields of each kind of column that hold one number a row. */
export const FIELDS = {
  count: ['sum'],
  distribution: ['n', 'sum', 'min', 'max', 'lastTime', 'last'],
  point: ['value'],
  stretch: ['n', 'sum', 'min', 'max', 'firstTime', 'first', 'lastTime', 'last', 'increase'],
} as const satisfies Record<Column['kind'], readonly string[]>;

/** How much a counter grew between two readings: a fall is a restart from zero. */
export const increaseBetween = (before: number, after: number): number => (after >= before ? after - before : after);

/** Where a stretch of readings of a counter begins and ends, and by how much the counter grew in it. */
export interface Growth {
  firstTime: number;
  first: number;
  lastTime: number;
  last: number;
  increase: number;
}

/**
 * Two stretches of one counter as one. Where they overlap (late readings of a time whose points are gone), what the later
 * one tells of the time they share is in the earlier one's increase already.
 */
export const joinGrowth = (a: Growth, b: Growth): Growth => {
  const [early, late] =
    a.firstTime < b.firstTime || (a.firstTime === b.firstTime && a.lastTime > b.lastTime) ? [a, b] : [b, a];
  if (late.lastTime <= early.lastTime) return early;
  const added =
    late.firstTime > early.lastTime
      ? increaseBetween(early.last, late.first) + late.increase
      : increaseBetween(early.last, late.last);
  return { ...late, firstTime: early.firstTime, first: early.first, increase: early.increase + added };
};
