import { groupBins, IntList } from './bins.ts';
import { type Column, FIELDS, type Growth, joinGrowth } from './block.ts';

/**
 * A column under construction. A row's fields lie side by side in `data`, in the order of FIELDS, so that adding a value
 * touches one line of the processor's cache; bins are (row, key, count) triples in any order.
 */
export interface Draft {
  kind: Column['kind'];
  /** Fields of a row. */
  width: number;
  /** Rows there is room for. */
  capacity: number;
  data: Float64Array;
  /** `count` is empty while every bin counts 1. */
  bins: { row: IntList; key: IntList; count: number[] };
}

/** Past every key of the sketch. */
export const NO_BIN = 0x7fff_ffff;

const FIRST_CAPACITY = 8;
// Places in a row. Distributions and stretches begin alike.
const [N, SUM, MIN, MAX, LAST_TIME, LAST] = [0, 1, 2, 3, 4, 5];
const GROWTH = ['firstTime', 'first', 'lastTime', 'last', 'increase'] as const satisfies (keyof Growth)[];
const GROWTH_AT = 4;

export const newDraft = (kind: Column['kind']): Draft => {
  const bins = { row: new IntList(), key: new IntList(), count: [] };
  const draft: Draft = { kind, width: FIELDS[kind].length, capacity: 0, data: new Float64Array(0), bins };
  reserve(draft, FIRST_CAPACITY);
  return draft;
};

/** Makes room for so many rows, at least twice what there was. New rows are empty: 0, or NaN where 0 would be a reading. */
export const reserve = (draft: Draft, rows: number): void => {
  if (rows <= draft.capacity) return;
  const { width, data, kind } = draft;
  draft.capacity = Math.max(rows, draft.capacity * 2);
  draft.data = new Float64Array(draft.capacity * width);
  draft.data.set(data);
  if (kind === 'point') draft.data.fill(Number.NaN, data.length);
};

export const addCount = (draft: Draft, row: number, amount: number): void => {
  if (row >= draft.capacity) reserve(draft, row + 1);
  draft.data[row]! += amount;
};

/** One value of an event at `time`; `bin` is its bin in the sketch, `NO_BIN` where none is kept. */
export const addValue = (draft: Draft, row: number, value: number, time: number, bin: number): void => {
  if (row >= draft.capacity) reserve(draft, row + 1);
  const { data } = draft;
  const at = row * 6;
  if (data[at]!++ === 0) {
    data[at + MIN] = data[at + MAX] = data[at + LAST] = value;
    data[at + LAST_TIME] = time;
  } else {
    if (value < data[at + MIN]!) data[at + MIN] = value;
    if (value > data[at + MAX]!) data[at + MAX] = value;
    const lastTime = data[at + LAST_TIME]!;
    if (time > lastTime || (time === lastTime && value > data[at + LAST]!)) {
      data[at + LAST] = value;
      data[at + LAST_TIME] = time;
    }
  }
  data[at + SUM]! += value;
  if (bin === NO_BIN) return;
  draft.bins.row.push(row);
  draft.bins.key.push(bin);
};

/** One reading; of two at one time the greater stays. */
export const addPoint = (draft: Draft, row: number, value: number): void => {
  if (row >= draft.capacity) reserve(draft, row + 1);
  if (!(draft.data[row]! >= value)) draft.data[row] = value; // also where there is none yet: NaN
};

/** Columns' fields by name, as blocks have them. */
export type Source = Record<string, ArrayLike<number>>;

/** Merges row i of a column of the same kind. Rows with n = 0 are empty. */
export const mergeRow = (draft: Draft, row: number, from: Source, i: number): void => {
  if (row >= draft.capacity) reserve(draft, row + 1);
  if (draft.kind === 'count') addCount(draft, row, from.sum![i]!);
  else if (draft.kind === 'point') addPoint(draft, row, from.value![i]!);
  else if (from.n![i] !== 0) mergeNumbers(draft, row, from, i);
};

const mergeNumbers = (draft: Draft, row: number, from: Source, i: number): void => {
  const { data } = draft;
  const at = row * draft.width;
  const isEmpty = data[at] === 0;
  if (draft.kind === 'distribution') {
    const time = from.lastTime![i]!;
    const last = from.last![i]!;
    if (isEmpty || time > data[at + LAST_TIME]! || (time === data[at + LAST_TIME] && last > data[at + LAST]!)) {
      data[at + LAST_TIME] = time;
      data[at + LAST] = last;
    }
  } else {
    const added = growthOf((field) => from[field]![i]!);
    const growth = isEmpty
      ? added
      : joinGrowth(
          growthOf((_, place) => data[at + GROWTH_AT + place]!),
          added,
        );
    for (const [place, field] of GROWTH.entries()) data[at + GROWTH_AT + place] = growth[field];
  }
  data[at + N]! += from.n![i]!;
  data[at + SUM]! += from.sum![i]!;
  if (isEmpty || from.min![i]! < data[at + MIN]!) data[at + MIN] = from.min![i]!;
  if (isEmpty || from.max![i]! > data[at + MAX]!) data[at + MAX] = from.max![i]!;
};

const growthOf = (read: (field: keyof Growth, place: number) => number): Growth => ({
  firstTime: read('firstTime', 0),
  first: read('first', 1),
  lastTime: read('lastTime', 2),
  last: read('last', 3),
  increase: read('increase', 4),
});

/** Bins that were added one by one count 1: `count` stays empty until another count comes. */
export const addBin = ({ bins }: Draft, row: number, key: number, count: number): void => {
  if (count !== 1) while (bins.count.length < bins.key.length) bins.count.push(1);
  bins.row.push(row);
  bins.key.push(key);
  if (count !== 1 || bins.count.length > 0) bins.count.push(count);
};

/** The column, its rows in the order of `rank`: the new place of each. */
export const finish = (draft: Draft, rank: Uint32Array): Column => {
  reserve(draft, rank.length);
  const { data, width } = draft;
  const column: Record<string, unknown> = { kind: draft.kind };
  for (const [place, field] of FIELDS[draft.kind].entries()) {
    const sorted = new Float64Array(rank.length);
    for (let r = 0; r < rank.length; r++) sorted[rank[r]!] = data[r * width + place]!;
    column[field] = sorted;
  }
  if (draft.kind === 'distribution') Object.assign(column, groupBins(draft.bins, rank));
  return column as unknown as Column;
};
