import { groupBins, IntList } from './bins.ts';
import { type Block, type Column, FIELDS, type Growth, joinGrowth } from './block.ts';

/** A column under construction: plain arrays that grow row by row, and bins as (row, key, count) triples in any order. */
export type Draft = {
  kind: Column['kind'];
  fields: Record<string, number[]>;
  /** The same arrays, as a list. */
  all: number[][];
  bins: { row: IntList; key: IntList; count: number[] };
};

/** Past every key of the sketch. */
export const NO_BIN = 0x7fff_ffff;

const SEPARATOR = '\u001f';

/**
 * Collects events, samples and other blocks into one block. Mutable, for one owner; `build` may be called once.
 *
 * @param shape family, step and dimensions of the block
 */
export const blockBuilder = (shape: Pick<Block, 'family' | 'stepMs' | 'dimensions'>) => {
  const seriesIndex = new Map<string, number>();
  const series: (readonly string[])[] = [];
  const seriesRows: Map<number, number>[] = [];
  const lastTimeOf: number[] = [];
  const lastRowOf: number[] = [];
  const times: number[] = [];
  const drafts = new Map<string, Draft>();

  const seriesOf = (values: readonly string[]): number => {
    const key = keyOf(values);
    let index = seriesIndex.get(key);
    if (index === undefined) {
      index = series.length;
      seriesIndex.set(key, index);
      series.push(values.slice());
      seriesRows.push(new Map());
      lastTimeOf.push(Number.NaN);
      lastRowOf.push(-1);
    }
    return index;
  };

  const rowOf = (seriesId: number, time: number): number => {
    if (lastTimeOf[seriesId] === time) return lastRowOf[seriesId]!;
    const rows = seriesRows[seriesId]!;
    let row = rows.get(time);
    if (row === undefined) {
      row = times.length;
      rows.set(time, row);
      times.push(time);
    }
    lastTimeOf[seriesId] = time;
    lastRowOf[seriesId] = row;
    return row;
  };

  const draftOf = (name: string, kind: Column['kind']): Draft => {
    let draft = drafts.get(name);
    if (draft === undefined) {
      const fields: Record<string, number[]> = {};
      for (const field of FIELDS[kind]) fields[field] = [];
      draft = { kind, fields, all: Object.values(fields), bins: { row: new IntList(), key: new IntList(), count: [] } };
      drafts.set(name, draft);
    }
    return draft;
  };

  const put = (draft: Draft, row: number, from: Record<string, ArrayLike<number>>, i: number) => {
    grow(draft, row);
    combine[draft.kind](draft.fields, row, from, i);
  };

  return {
    seriesOf,
    rowOf,
    rowCount: () => times.length,
    draftOf,

    addCount(draft: Draft, row: number, amount: number) {
      const { sum } = draft.fields as { sum: number[] };
      if (sum.length <= row) grow(draft, row);
      sum[row]! += amount;
    },

    /** One value of an event at `time`; `bin` is its bin in the sketch, `NO_BIN` where none is kept. */
    addValue(draft: Draft, row: number, value: number, time: number, bin: number) {
      const fields = draft.fields as Record<'n' | 'sum' | 'min' | 'max' | 'lastTime' | 'last', number[]>;
      if (fields.n.length <= row) grow(draft, row);
      if (fields.n[row]!++ === 0) {
        fields.min[row] = fields.max[row] = fields.last[row] = value;
        fields.lastTime[row] = time;
      } else {
        if (value < fields.min[row]!) fields.min[row] = value;
        if (value > fields.max[row]!) fields.max[row] = value;
        const lastTime = fields.lastTime[row]!;
        if (time > lastTime || (time === lastTime && value > fields.last[row]!)) {
          fields.last[row] = value;
          fields.lastTime[row] = time;
        }
      }
      fields.sum[row]! += value;
      if (bin === NO_BIN) return;
      draft.bins.row.push(row);
      draft.bins.key.push(bin);
    },

    addPoint(draft: Draft, row: number, value: number) {
      grow(draft, row);
      const values = draft.fields.value!;
      if (!(values[row]! >= value)) values[row] = value;
    },

    /** One stretch (see StretchColumn) with fields of length one. */
    addStretch(draft: Draft, row: number, stretch: Record<string, number>) {
      const fields: Record<string, number[]> = {};
      for (const field of FIELDS.stretch) fields[field] = [stretch[field]!];
      put(draft, row, fields, 0);
    },

    /**
     * Adds all rows of a block that `keep` takes, their times mapped by `timeOf` (to coarser buckets, say).
     * The block's dimensions are the builder's.
     */
    merge(block: Block, timeOf: (time: number) => number = (t) => t, keep: (time: number) => boolean = () => true) {
      const ids = block.series.map(seriesOf);
      const rows = new Int32Array(block.rowTime.length);
      for (let r = 0; r < rows.length; r++) {
        const time = block.rowTime[r]!;
        rows[r] = keep(time) ? rowOf(ids[block.rowSeries[r]!]!, timeOf(time)) : -1;
      }
      for (const [name, column] of block.columns) {
        const draft = draftOf(name, column.kind);
        const from = column as unknown as Record<string, Float64Array>;
        for (let r = 0; r < rows.length; r++) if (rows[r]! >= 0) put(draft, rows[r]!, from, r);
        if (column.kind !== 'distribution') continue;
        for (let r = 0; r < rows.length; r++) {
          if (rows[r]! < 0) continue;
          for (let b = column.binStart[r]!; b < column.binStart[r + 1]!; b++) {
            addBin(draft, rows[r]!, column.binKeys[b]!, column.binCounts[b]!);
          }
        }
      }
    },

    build(): Block {
      const order = series.map((_, i) => i).sort((a, b) => compareSeries(series[a]!, series[b]!));
      const rowSeries = new Uint32Array(times.length);
      const rowTime = new Float64Array(times.length);
      /** New place of each old row. */
      const rank = new Uint32Array(times.length);
      let next = 0;
      order.forEach((id, newId) => {
        for (const row of rowsByTime(seriesRows[id]!)) {
          rank[row] = next;
          rowSeries[next] = newId;
          rowTime[next++] = times[row]!;
        }
      });
      const columns = new Map<string, Column>();
      for (const name of [...drafts.keys()].sort()) columns.set(name, finish(drafts.get(name)!, rank));
      return { ...shape, series: order.map((id) => series[id]!), rowSeries, rowTime, columns };
    },
  };
};

export type BlockBuilder = ReturnType<typeof blockBuilder>;

/** All blocks as one, their times mapped. At least one block; all of one family. */
export const mergeBlocks = (blocks: readonly Block[], stepMs = blocks[0]!.stepMs): Block => {
  const builder = blockBuilder({ family: blocks[0]!.family, stepMs, dimensions: blocks[0]!.dimensions });
  for (const block of blocks) {
    builder.merge(block, stepMs === block.stepMs ? undefined : (time) => Math.floor(time / stepMs) * stepMs);
  }
  return builder.build();
};

/** Every value with a separator behind it. */
const keyOf = (values: readonly string[]) => values.map((value) => value + SEPARATOR).join('');

const compareSeries = (a: readonly string[], b: readonly string[]): number => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
};

const rowsByTime = (rows: Map<number, number>): Iterable<number> => {
  let before = Number.NEGATIVE_INFINITY;
  for (const time of rows.keys()) {
    if (time < before) return [...rows].sort((a, b) => a[0] - b[0]).map(([, row]) => row);
    before = time;
  }
  return rows.values();
};

const grow = (draft: Draft, row: number) => {
  const nothing = draft.kind === 'point' ? Number.NaN : 0;
  for (const values of draft.all) while (values.length <= row) values.push(nothing);
};

/** Bins that were added one by one count 1: `count` stays empty until another count comes. */
const addBin = ({ bins }: Draft, row: number, key: number, count: number) => {
  if (count !== 1) while (bins.count.length < bins.key.length) bins.count.push(1);
  bins.row.push(row);
  bins.key.push(key);
  if (count !== 1 || bins.count.length > 0) bins.count.push(count);
};

const finish = (draft: Draft, rank: Uint32Array): Column => {
  const rows = rank.length;
  const column: Record<string, unknown> = { kind: draft.kind };
  for (const [field, values] of Object.entries(draft.fields)) {
    const sorted = new Float64Array(rows);
    for (let r = 0; r < values.length; r++) sorted[rank[r]!] = values[r]!;
    column[field] = sorted;
  }
  if (draft.kind === 'distribution') Object.assign(column, groupBins(draft.bins, rank));
  return column as unknown as Column;
};

type Fields = Record<string, number[]>;
type Source = Record<string, ArrayLike<number>>;

/** Merges row i of `from` into row `row` of `to`, by kind of column. Rows with n = 0 are empty. */
const combine: Record<Column['kind'], (to: Fields, row: number, from: Source, i: number) => void> = {
  count: (to, row, from, i) => {
    to.sum![row]! += from.sum![i]!;
  },
  point: (to, row, from, i) => {
    const value = from.value![i]!;
    if (!(to.value![row]! >= value)) to.value![row] = value; // also where there is none yet: NaN
  },
  distribution: (to, row, from, i) => {
    if (from.n![i] === 0) return;
    const isEmpty = to.n![row] === 0;
    const time = from.lastTime![i]!;
    const isLater =
      isEmpty || time > to.lastTime![row]! || (time === to.lastTime![row] && from.last![i]! > to.last![row]!);
    if (isLater) {
      to.lastTime![row] = time;
      to.last![row] = from.last![i]!;
    }
    addTotals(to, row, from, i, isEmpty);
  },
  stretch: (to, row, from, i) => {
    if (from.n![i] === 0) return;
    const isEmpty = to.n![row] === 0;
    const growth = isEmpty ? growthAt(from, i) : joinGrowth(growthAt(to, row), growthAt(from, i));
    for (const [field, value] of Object.entries(growth)) to[field]![row] = value;
    addTotals(to, row, from, i, isEmpty);
  },
};

const growthAt = ({ firstTime, first, lastTime, last, increase }: Source, i: number): Growth => ({
  firstTime: firstTime![i]!,
  first: first![i]!,
  lastTime: lastTime![i]!,
  last: last![i]!,
  increase: increase![i]!,
});

const addTotals = (to: Fields, row: number, from: Source, i: number, isEmpty: boolean) => {
  to.n![row]! += from.n![i]!;
  to.sum![row]! += from.sum![i]!;
  if (isEmpty || from.min![i]! < to.min![row]!) to.min![row] = from.min![i]!;
  if (isEmpty || from.max![i]! > to.max![row]!) to.max![row] = from.max![i]!;
};
