import type { RollupStore } from '../ports.ts';
import type { BlockReader } from '../rollups/openBlocks.ts';
import type { Filter } from './filter.ts';
import type { Grid } from './time.ts';

export interface QueryPorts {
  rollups: RollupStore;
  reader: BlockReader;
}

/** What to read: which series, into which groups and buckets. */
export interface Selection {
  groupBy: readonly string[];
  filters: readonly Filter[];
  grid: Grid;
  nowMs: number;
  /** The coarsest kept step that the grid's buckets can be made of, milliseconds. */
  maxStepMs: number;
  /** What a reader of the answer should know; what reading finds is added. */
  notes: Set<string>;
  /** Calls of spans that were left out since events report them; of a ratio's terms the most. Reading raises it. */
  spanCallsLeftOut: { most: number };
  /** Only these groups, by `groupKey`; undefined = all. */
  onlyGroups?: ReadonlySet<string> | undefined;
}

/** One series of an answer: a group's labels and for each stat a value per bucket, NaN where there is none. */
export interface GroupValues {
  labels: readonly string[];
  values: readonly Float64Array[];
}

export const groupKey = (labels: readonly string[]): string => labels.join('\u001f');

/** Groups times buckets that one query may hold: some 100 MB of numbers. */
export const MAX_CELLS = 2_000_000;

/** Readings of samples that one query may hold at once, of some 250 bytes each. */
export const MAX_READINGS = 3_000_000;

/** Seconds of bucket i that have passed by now, at least one: what a rate divides by. */
export const elapsedS = ({ grid, nowMs }: Selection, i: number): number => {
  const end = grid.starts[i + 1] ?? grid.toMs;
  return Math.max(1, (Math.min(end, nowMs) - grid.starts[i]!) / 1000);
};

/** `p95` → 0.95, `p99.9` → 0.999; undefined where the stat is no percentile. */
export const percentile = (stat: string): number | undefined => {
  const [, digits] = /^p(\d{1,3}(?:\.\d{1,4})?)$/.exec(stat) ?? [];
  const p = digits === undefined ? Number.NaN : Number(digits);
  return p >= 0 && p <= 100 ? p / 100 : undefined;
};
