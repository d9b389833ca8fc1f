import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ArchiveKind } from '../../../core/ports.ts';
import { makeRoomFor, newFile } from './files.ts';
import type { ArchiveFile } from './manifest.ts';
import { copyTo, fromJson, type Staged, text } from './sql.ts';

/** Writes staged records into `dir`, a file for each day that they fall on. */
export const writeDays = async (
  duck: DuckDBConnection,
  dir: string,
  kind: ArchiveKind,
  staged: Staged,
): Promise<ArchiveFile[]> => {
  await duck.run(`CREATE OR REPLACE TEMP TABLE staged AS ${fromJson(kind, staged)}`);
  const days = await duck.runAndReadAll(`
    SELECT strftime(timestamp, '%Y-%m-%d') AS day, count(*)::DOUBLE FROM staged GROUP BY day ORDER BY day`);
  const files: ArchiveFile[] = [];
  for (const [day, records] of days.getRowsJS() as [string, number][]) {
    const path = newFile({ kind, day });
    const rows = `SELECT * FROM staged WHERE strftime(timestamp, '%Y-%m-%d') = ${text(day)}`;
    await duck.run(copyTo(rows, kind, makeRoomFor(join(dir, path))));
    files.push({ path, kind, day, records });
  }
  return files;
};
