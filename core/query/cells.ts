import type { CountColumn, DistributionColumn } from '../rollups/block.ts';
import { quantile } from '../telemetry/sketch.ts';

/** Bins of a cell that span more than this are kept in a map. */
const WIDEST = 8192;
const MARGIN = 24;

/** A sketch being added up: counts by key from `low` on, or a map where keys lie far apart. */
type CellBins = { low: number; counts: Float64Array } | Map<number, number>;

/** The running totals of one measure, a cell for each group and bucket. Mutable, for one query. */
export const measureCells = (size: number) => {
  const n = new Float64Array(size);
  const sum = new Float64Array(size);
  const min = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const max = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  const lastTime = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  const last = new Float64Array(size);
  const bins: CellBins[] = [];

  const addBins = (cell: number, column: DistributionColumn, r: number) => {
    const from = column.binStart[r]!;
    const to = column.binStart[r + 1]!;
    if (from === to) return;
    const { binKeys, binCounts } = column;
    const held = roomFor(bins[cell], binKeys[from]!, binKeys[to - 1]!);
    bins[cell] = held;
    if (held instanceof Map) {
      for (let b = from; b < to; b++) held.set(binKeys[b]!, (held.get(binKeys[b]!) ?? 0) + binCounts[b]!);
    } else {
      const { low, counts } = held;
      for (let b = from; b < to; b++) counts[binKeys[b]! - low]! += binCounts[b]!;
    }
  };

  return {
    n,
    sum,
    min,
    max,
    last,

    addCount(cell: number, column: CountColumn, r: number) {
      sum[cell]! += column.sum[r]!;
    },

    addDistribution(cell: number, column: DistributionColumn, r: number, withBins: boolean) {
      const rows = column.n[r]!;
      if (rows === 0) return;
      n[cell]! += rows;
      sum[cell]! += column.sum[r]!;
      if (column.min[r]! < min[cell]!) min[cell] = column.min[r]!;
      if (column.max[r]! > max[cell]!) max[cell] = column.max[r]!;
      const time = column.lastTime[r]!;
      if (time > lastTime[cell]! || (time === lastTime[cell] && column.last[r]! > last[cell]!)) {
        lastTime[cell] = time;
        last[cell] = column.last[r]!;
      }
      if (withBins) addBins(cell, column, r);
    },

    /** A quantile of a cell's sketch; null where it is empty. */
    quantile(cell: number, q: number): number | null {
      const held = bins[cell];
      if (!held) return null;
      return quantile(asBins(held), q, { min: min[cell]!, max: max[cell]! });
    },
  };
};

export type MeasureCells = ReturnType<typeof measureCells>;

const asBins = (held: CellBins) => {
  if (held instanceof Map) {
    const sorted = [...held].sort((a, b) => a[0] - b[0]);
    return { keys: sorted.map(([key]) => key), counts: sorted.map(([, count]) => count) };
  }
  return { low: held.low, counts: held.counts };
};

/** The same bins with room for keys from `first` to `last`. */
const roomFor = (held: CellBins | undefined, first: number, last: number): CellBins => {
  if (held instanceof Map) return held;
  if (held && first >= held.low && last < held.low + held.counts.length) return held;
  const low = Math.min(first, held?.low ?? first) - MARGIN;
  const high = Math.max(last, held ? held.low + held.counts.length - 1 : last) + MARGIN;
  if (high - low >= WIDEST) {
    const map = new Map<number, number>();
    held?.counts.forEach((count, i) => {
      if (count > 0) map.set(held.low + i, count);
    });
    return map;
  }
  const counts = new Float64Array(high - low + 1);
  if (held) counts.set(held.counts, held.low - low);
  return { low, counts };
};
