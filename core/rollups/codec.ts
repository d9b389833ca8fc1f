import type { Compression } from '../ports.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import { type Block, type Column, type DistributionColumn, FIELDS } from './block.ts';
import { ByteReader, ByteWriter, readNumbers, writeNumbers } from './numbers.ts';

/**
 * A block as bytes: a directory, then chunks that are compressed one by one, so that a reader opens only what it asks
 * for: the series, the rows, and for each measure its numbers and apart from them its bins.
 *
 *   length of the directory (varint) · directory (JSON, compressed) · chunks
 */
interface Directory {
  v: 1;
  family: string;
  stepMs: number;
  dimensions: readonly string[];
  rows: number;
  /** Name, kind, and length in bytes of its numbers and of its bins (0 where it has none). */
  columns: [string, Column['kind'], number, number][];
  seriesBytes: number;
  rowBytes: number;
}

export const encodeBlock = (block: Block, compression: Compression): Uint8Array => {
  const compressed = (write: (to: ByteWriter) => void) => {
    const to = new ByteWriter();
    write(to);
    return compression.compress(to.take());
  };
  const timeBase = latestOfRow(block);
  const chunks = [
    compression.compress(toUtf8(JSON.stringify(columnar(block)))),
    compressed((to) => writeRows(to, block, timeBase)),
  ];
  const columns: Directory['columns'] = [];
  for (const [name, column] of block.columns) {
    const numbers = compressed((to) => writeFields(to, column, timeBase));
    chunks.push(numbers);
    const bins = column.kind === 'distribution' ? compressed((to) => writeBins(to, column)) : undefined;
    if (bins) chunks.push(bins);
    columns.push([name, column.kind, numbers.length, bins?.length ?? 0]);
  }
  const { family, stepMs, dimensions } = block;
  const [seriesBytes, rowBytes] = [chunks[0]!.length, chunks[1]!.length];
  const directory: Directory = {
    v: 1,
    family,
    stepMs,
    dimensions,
    rows: block.rowTime.length,
    columns,
    seriesBytes,
    rowBytes,
  };
  const head = compression.compress(toUtf8(JSON.stringify(directory)));
  const all = new ByteWriter();
  all.varint(head.length);
  all.bytes(head);
  for (const chunk of chunks) all.bytes(chunk);
  return all.take();
};

/** A block whose parts are decompressed when first asked for, and then kept. */
export interface OpenBlock {
  readonly family: string;
  readonly stepMs: number;
  readonly dimensions: readonly string[];
  readonly columnNames: readonly string[];
  series(): readonly (readonly string[])[];
  rows(): Pick<Block, 'rowSeries' | 'rowTime'>;
  /** Undefined where the block has no such measure. Without `bins` a distribution's bins are empty. */
  column(name: string, bins?: boolean): Column | undefined;
  /** Bytes held in memory by now, about. */
  heldBytes(): number;
}

export const openBlock = (bytes: Uint8Array, compression: Compression): OpenBlock => {
  const reader = new ByteReader(bytes);
  const headLength = reader.varint();
  const directory = JSON.parse(fromUtf8(compression.decompress(reader.bytes(headLength)))) as Directory;
  let at = reader.position;
  const place = (length: number): [number, number] => {
    at += length;
    return [at - length, at];
  };
  const seriesPlace = place(directory.seriesBytes);
  const rowsPlace = place(directory.rowBytes);
  const places = new Map(
    directory.columns.map(([name, kind, numbers, bins]) => [
      name,
      { kind, numbers: place(numbers), bins: place(bins) },
    ]),
  );
  let held = bytes.length;
  const chunk = ([from, to]: [number, number]) => {
    const inflated = compression.decompress(bytes.subarray(from, to));
    return new ByteReader(inflated);
  };
  const once = <T>(make: () => T, size: (made: T) => number) => {
    let made: T | undefined;
    return () => {
      if (made === undefined) {
        made = make();
        held += size(made);
      }
      return made;
    };
  };

  const series = once(
    () => rowwise(JSON.parse(fromUtf8(compression.decompress(bytes.subarray(...seriesPlace)))) as ColumnarSeries),
    (made) => made.length * 64,
  );
  const rows = once(
    () => readRows(chunk(rowsPlace), directory),
    (made) => made.rowTime.length * 20,
  );
  const columns = new Map<string, { plain: () => Column; full: () => Column }>();
  for (const [name, { kind, numbers, bins }] of places) {
    const plain = once(
      () => readFields(chunk(numbers), kind, rows().timeBase),
      () => directory.rows * 8 * FIELDS[kind].length,
    );
    const full = once(
      () => ({ ...plain(), ...readBins(chunk(bins), directory.rows) }) as DistributionColumn,
      (made) => made.binKeys.length * 12,
    );
    columns.set(name, { plain, full: kind === 'distribution' ? full : plain });
  }
  return {
    family: directory.family,
    stepMs: directory.stepMs,
    dimensions: directory.dimensions,
    columnNames: directory.columns.map(([name]) => name),
    series,
    rows,
    column: (name, bins = false) => (bins ? columns.get(name)?.full() : columns.get(name)?.plain()),
    heldBytes: () => held,
  };
};

/** The whole block. */
export const decodeBlock = (bytes: Uint8Array, compression: Compression): Block => {
  const open = openBlock(bytes, compression);
  const { family, stepMs, dimensions } = open;
  const { rowSeries, rowTime } = open.rows();
  const columns = new Map(open.columnNames.map((name) => [name, open.column(name, true)!]));
  return { family, stepMs, dimensions, series: open.series(), rowSeries, rowTime, columns };
};

/** For each dimension its values, and for each series which of them it has. */
interface ColumnarSeries {
  count: number;
  values: string[][];
  codes: number[][];
}

const columnar = (block: Block): ColumnarSeries => {
  const values: string[][] = [];
  const codes = block.dimensions.map((_, d) => {
    const codeOf = new Map<string, number>();
    const column = block.series.map((series) => {
      const value = series[d]!;
      if (!codeOf.has(value)) codeOf.set(value, codeOf.size);
      return codeOf.get(value)!;
    });
    values.push([...codeOf.keys()]);
    return column;
  });
  return { count: block.series.length, values, codes };
};

const rowwise = ({ count, values, codes }: ColumnarSeries): string[][] =>
  Array.from({ length: count }, (_, s) => values.map((of, d) => of[codes[d]![s]!]!));

type Kinds = Iterable<{ kind: Column['kind'] }>;
const hasDistribution = (columns: Kinds) => [...columns].some(({ kind }) => kind === 'distribution');

/**
 * What times of a row are written relative to: the latest of its measures, since those of one event share its time, or
 * the start of its bucket where it has none.
 */
const latestOfRow = ({ rowTime, columns }: Block): Float64Array => {
  const latest = rowTime.slice();
  for (const column of columns.values()) {
    if (column.kind !== 'distribution') continue;
    for (let r = 0; r < latest.length; r++) if (column.lastTime[r]! > latest[r]!) latest[r] = column.lastTime[r]!;
  }
  return latest;
};

const writeRows = (to: ByteWriter, block: Block, timeBase: Float64Array) => {
  const { rowSeries, rowTime, stepMs, series } = block;
  const perSeries = new Uint32Array(series.length);
  for (const s of rowSeries) perSeries[s]!++;
  for (const n of perSeries) to.varint(n);
  let before = 0;
  for (const time of rowTime) {
    to.signed(Math.round((time - before) / stepMs));
    before = time;
  }
  if (hasDistribution(block.columns.values()))
    writeNumbers(
      to,
      timeBase.map((time, r) => time - rowTime[r]!),
    );
};

const readRows = (from: ByteReader, { rows, stepMs, columns }: Directory) => {
  const rowSeries = new Uint32Array(rows);
  const rowTime = new Float64Array(rows);
  for (let s = 0, r = 0; r < rows; s++) {
    const end = Math.min(rows, r + from.varint());
    rowSeries.fill(s, r, end);
    r = end;
  }
  for (let r = 0, time = 0; r < rows; r++) {
    time += from.signed() * stepMs;
    rowTime[r] = time;
  }
  if (!hasDistribution(columns.map(([, kind]) => ({ kind })))) return { rowSeries, rowTime, timeBase: rowTime };
  const timeBase = readNumbers(from, rows);
  for (let r = 0; r < rows; r++) timeBase[r]! += rowTime[r]!;
  return { rowSeries, rowTime, timeBase };
};

/** Sums of decimals are noisy in their last bits; everything else has to come back as it was. */
const isSum = (field: string) => field === 'sum' || field === 'increase';

/** Times are written from the row's base: small numbers. Empty rows keep 0. */
const isTime = (field: string) => field.endsWith('Time');

const writeFields = (to: ByteWriter, column: Column, timeBase: Float64Array) => {
  const fields = column as unknown as Record<string, Float64Array>;
  for (const field of FIELDS[column.kind]) {
    const values = fields[field]!;
    if (isTime(field))
      writeNumbers(
        to,
        values.map((time, r) => (fields.n![r] === 0 ? 0 : time - timeBase[r]!)),
      );
    else writeNumbers(to, values, isSum(field));
  }
};

const readFields = (from: ByteReader, kind: Column['kind'], timeBase: Float64Array): Column => {
  const rows = timeBase.length;
  const fields: Record<string, Float64Array> = {};
  for (const field of FIELDS[kind]) {
    const values = readNumbers(from, rows);
    fields[field] = values;
    if (isTime(field)) for (let r = 0; r < rows; r++) if (fields.n![r] !== 0) values[r]! += timeBase[r]!;
  }
  const noBins = { binStart: new Uint32Array(rows + 1), binKeys: new Int32Array(0), binCounts: new Float64Array(0) };
  return { kind, ...fields, ...(kind === 'distribution' ? noBins : {}) } as unknown as Column;
};

const writeBins = (to: ByteWriter, { binStart, binKeys, binCounts }: DistributionColumn) => {
  for (let r = 1; r < binStart.length; r++) to.varint(binStart[r]! - binStart[r - 1]!);
  for (let r = 1; r < binStart.length; r++) {
    let before = 0;
    for (let b = binStart[r - 1]!; b < binStart[r]!; b++) {
      to.signed(binKeys[b]! - before);
      before = binKeys[b]!;
    }
  }
  for (const count of binCounts) to.varint(count);
};

const readBins = (from: ByteReader, rows: number) => {
  const binStart = new Uint32Array(rows + 1);
  for (let r = 1; r <= rows; r++) binStart[r] = binStart[r - 1]! + from.varint();
  const binKeys = new Int32Array(binStart[rows]!);
  for (let r = 1; r <= rows; r++) {
    for (let b = binStart[r - 1]!, key = 0; b < binStart[r]!; b++) {
      key += from.signed();
      binKeys[b] = key;
    }
  }
  const binCounts = new Float64Array(binStart[rows]!);
  for (let b = 0; b < binCounts.length; b++) binCounts[b] = from.varint();
  return { binStart, binKeys, binCounts };
};
