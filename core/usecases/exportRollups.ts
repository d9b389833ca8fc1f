import type { Compression, RollupStore } from '../ports.ts';
import { planSegments } from '../query/plan.ts';
import type { Block, Column } from '../rollups/block.ts';
import { mergeBlocks } from '../rollups/builder.ts';
import { decodeBlock } from '../rollups/codec.ts';
import { familyOf, partitionSpan, SAMPLES, samplesOf, stepsOf } from '../telemetry/families.ts';
import { quantile } from '../telemetry/sketch.ts';

/** One measure of one series in one bucket of time. Numbers that a measure does not have are null. */
export interface RollupRow {
  family: string;
  /** Length of the bucket, milliseconds; 1 for a point of a metric that came as samples. */
  stepMs: number;
  /** Start of the bucket, epoch milliseconds. */
  timestamp: number;
  /** The series' dimensions that have a value. */
  labels: Record<string, string>;
  measure: string;
  count: number | null;
  sum: number | null;
  min: number | null;
  max: number | null;
  last: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export const ROLLUP_COLUMNS = [
  ...['family', 'stepMs', 'timestamp', 'labels', 'measure'],
  ...['count', 'sum', 'min', 'max', 'last', 'p50', 'p95', 'p99'],
] as const;

export interface RollupQuery {
  /** Buckets that start in [fromMs, toMs). */
  fromMs: number;
  toMs: number;
  /** One family of series; absent = all. */
  family?: string | undefined;
}

/**
 * Everything the rollups hold of a range, by family and time, at the finest step that is still kept. Holds one partition
 * (an hour or a day of a family) in memory at a time.
 */
export const exportRollups = (ports: { rollups: RollupStore; compression: Compression }) =>
  async function* (query: RollupQuery): AsyncGenerator<RollupRow> {
    const known = await ports.rollups.families();
    for (const name of query.family === undefined ? known : known.filter(belongsTo(query.family))) {
      const { baseStepMs } = familyOf(name);
      const stored = await boundsOf(ports.rollups, name, query);
      if (!stored) continue;
      for (const segment of await planSegments(
        ports.rollups,
        { name, baseStepMs },
        { ...stored, maxStepMs: baseStepMs },
      ))
        yield* segmentRows(ports, name, segment, query);
    }
  };

const belongsTo = (family: string) => (name: string) =>
  name === family || (family === SAMPLES.name && name.startsWith(samplesOf('')));

type Ports = { rollups: RollupStore; compression: Compression };
type Range = { fromMs: number; toMs: number };

/** The part of a range that a family has anything for; undefined where it has nothing. */
const boundsOf = async (rollups: RollupStore, family: string, { fromMs, toMs }: Range): Promise<Range | undefined> => {
  const bounds = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY };
  for (const stepMs of stepsOf(familyOf(family))) {
    const span = partitionSpan(stepMs);
    for (const { startMs } of await rollups.list({ family, stepMs, fromMs: fromMs - span, toMs })) {
      bounds.fromMs = Math.min(bounds.fromMs, startMs);
      bounds.toMs = Math.max(bounds.toMs, startMs + span);
    }
  }
  return bounds.fromMs < bounds.toMs ? bounds : undefined;
};

async function* segmentRows(
  { rollups, compression }: Ports,
  family: string,
  segment: { stepMs: number } & Range,
  query: Range,
): AsyncGenerator<RollupRow> {
  const { stepMs } = segment;
  const span = partitionSpan(stepMs);
  const [fromMs, toMs] = [Math.max(segment.fromMs, query.fromMs), Math.min(segment.toMs, query.toMs)];
  for (let startMs = Math.floor(fromMs / span) * span; startMs < toMs; startMs += span) {
    const blocks = await readPartition(
      { rollups, compression },
      { family, stepMs, fromMs: startMs, toMs: startMs + 1 },
    );
    if (blocks.length > 0) yield* blockRows(mergeBlocks(blocks), { fromMs, toMs });
  }
}

/** How often a partition is listed again when compaction took one of its blocks away in the meantime. */
const TRIES = 5;

const readPartition = async (
  { rollups, compression }: Ports,
  query: Parameters<RollupStore['list']>[0],
): Promise<Block[]> => {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const bytes = await rollups.read((await rollups.list(query)).map(({ id }) => id));
    const blocks = bytes.flatMap((block) => (block ? [decodeBlock(block, compression)] : []));
    if (blocks.length === bytes.length) return blocks;
  }
  throw new Error(`blocks of ${query.family} kept changing while they were read, ${TRIES} times`);
};

function* blockRows(block: Block, { fromMs, toMs }: Range): Generator<RollupRow> {
  const labels = block.series.map((values) =>
    Object.fromEntries(block.dimensions.map((name, d) => [name, values[d]!]).filter(([, value]) => value !== '')),
  );
  for (const [r, timestamp] of block.rowTime.entries()) {
    if (timestamp < fromMs || timestamp >= toMs) continue;
    const common = { family: block.family, stepMs: block.stepMs, timestamp, labels: labels[block.rowSeries[r]!]! };
    for (const [measure, column] of block.columns) {
      const numbers = numbersOf(column, r);
      if (numbers) yield { ...common, measure, ...NOTHING, ...numbers };
    }
  }
}

type Numbers = Omit<RollupRow, 'family' | 'stepMs' | 'timestamp' | 'labels' | 'measure'>;
const NOTHING: Numbers = {
  ...{ count: null, sum: null, min: null, max: null },
  ...{ last: null, p50: null, p95: null, p99: null },
};

/** What a measure says in a row; undefined where it says nothing. */
const numbersOf = (column: Column, r: number): Partial<Numbers> | undefined => {
  switch (column.kind) {
    case 'count':
      return column.sum[r] === 0 ? undefined : { sum: column.sum[r]! };
    case 'point':
      return { count: 1, last: column.value[r]! };
    case 'stretch':
    case 'distribution': {
      if (column.n[r] === 0) return undefined;
      const [min, max] = [column.min[r]!, column.max[r]!];
      const plain = { count: column.n[r]!, sum: column.sum[r]!, min, max, last: column.last[r]! };
      if (column.kind === 'stretch') return plain;
      const [from, to] = [column.binStart[r]!, column.binStart[r + 1]!];
      const bins = { keys: column.binKeys.subarray(from, to), counts: column.binCounts.subarray(from, to) };
      const at = (q: number) => quantile(bins, q, { min, max });
      return { ...plain, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    }
  }
};
