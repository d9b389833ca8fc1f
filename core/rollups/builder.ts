import { type Block, type Column, FIELDS } from './block.ts';
import { addBin, type Draft, finish, mergeRow, newDraft, reserve, type Source } from './draft.ts';

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
      draft = newDraft(kind);
      drafts.set(name, draft);
    }
    return draft;
  };

  return {
    seriesOf,
    rowOf,
    draftOf,

    /** One stretch (see StretchColumn) with fields of length one. */
    addStretch(draft: Draft, row: number, stretch: Record<string, number>) {
      mergeRow(draft, row, Object.fromEntries(FIELDS.stretch.map((field) => [field, [stretch[field]!]])), 0);
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
        reserve(draft, times.length);
        const from = column as unknown as Source;
        for (let r = 0; r < rows.length; r++) if (rows[r]! >= 0) mergeRow(draft, rows[r]!, from, r);
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
