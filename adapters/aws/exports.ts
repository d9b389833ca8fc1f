import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Archive, Compression, RollupStore } from '../../core/ports.ts';
import { COLUMNS, type Column, SPAN_KIND } from '../../core/telemetry/archiveColumns.ts';
import { exportRollups, type RollupRow } from '../../core/usecases/exportRollups.ts';
import type { ExportDependencies } from '../http/exportRoutes.ts';
import { rows } from './archive/rows.ts';

/** What one Parquet file may take in memory before it is written, bytes. */
const MAX_BYTES = 128 * 2 ** 20;
const SCRATCH = '/tmp/exports';

/**
 * What exports are made of in AWS. A function can pass on 6 MB: what makes more is refused where the answer is sent, what
 * takes too much memory before that, here; both say what to do.
 */
export const awsExports = (of: {
  archive: Pick<Archive, 'read'>;
  rollups: RollupStore;
  compression: Compression;
}): ExportDependencies => {
  const readEvents = of.archive.read;
  const readRollups = exportRollups(of);
  return {
    readEvents,
    exportParquet: ({ path, ...query }) =>
      writeParquet({ records: byColumn(readEvents(query)), columns: COLUMNS[query.kind], path }),
    readRollups,
    exportRollupsParquet: ({ path, ...query }) =>
      writeParquet({ records: readRollups(query), columns: ROLLUP_COLUMNS, path }),
    scratchDir: SCRATCH,
  };
};

/** Records by the names of their columns. */
async function* byColumn(records: AsyncIterable<Record<string, unknown>>): AsyncGenerator<object> {
  for await (const record of records) yield { ...record, [SPAN_KIND]: record.kind };
}

/** As exports on one machine write them. */
const ROLLUP_TYPES: Record<keyof RollupRow, Column['type']> = {
  family: 'VARCHAR',
  stepMs: 'BIGINT',
  timestamp: 'milliseconds',
  labels: 'json',
  measure: 'VARCHAR',
  count: 'DOUBLE',
  sum: 'DOUBLE',
  min: 'DOUBLE',
  max: 'DOUBLE',
  last: 'DOUBLE',
  p50: 'DOUBLE',
  p95: 'DOUBLE',
  p99: 'DOUBLE',
};
const ROLLUP_COLUMNS = Object.entries(ROLLUP_TYPES).map(([name, type]): Column => ({ name, type }));

/** Writes records, which come by time, as one Parquet file; answers how many. Throws AppError tooLarge. */
const writeParquet = async (of: {
  records: AsyncIterable<object>;
  columns: readonly Column[];
  path: string;
}): Promise<number> => {
  const file = rows(of.columns, ['timestamp']);
  let bytes = 0;
  for await (const record of of.records) {
    bytes += file.add(record as Record<string, unknown>);
    if (bytes > MAX_BYTES) throw tooLarge(file.count());
  }
  mkdirSync(dirname(of.path), { recursive: true });
  writeFileSync(of.path, file.file());
  return file.count();
};

const tooLarge = (count: number): AppError =>
  new AppError(
    'tooLarge',
    `more than ${count} records are too many for one answer: ask for a shorter range or with a limit, or query the archive with Athena`,
  );
