import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportRollups, type RollupRow } from '../../core/usecases/exportRollups.ts';
import type { ExportDependencies } from '../http/exportRoutes.ts';
import { withDuckDb } from './archive/duckdb.ts';
import { withScratch } from './archive/files.ts';
import { text } from './archive/sql.ts';
import { pathsIn } from './dataFolder.ts';
import type { LocalPorts } from './ports.ts';

/** What exports of a data folder are made of. Files on their way lie where the next start clears up. */
export const exportsOf = (
  dataDir: string,
  { archive, rollupStore: rollups, compression }: LocalPorts,
): ExportDependencies => {
  const folder = pathsIn(dataDir).archive;
  const readRollups = exportRollups({ rollups, compression });
  return {
    readEvents: archive.read,
    exportParquet: archive.exportParquet,
    readRollups,
    exportRollupsParquet: ({ path, ...query }) => writeParquet({ rows: readRollups(query), path, folder }),
    scratchDir: join(folder, 'tmp', 'exports'),
  };
};

const TYPES: Record<keyof RollupRow, string> = {
  family: 'VARCHAR',
  stepMs: 'BIGINT',
  timestamp: 'BIGINT',
  labels: 'JSON',
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

/** Writes rollups as one Parquet file; answers how many rows. */
const writeParquet = ({ rows, path, folder }: { rows: AsyncIterable<RollupRow>; path: string; folder: string }) =>
  withScratch(folder, async (dir) => {
    const lines = join(dir, 'rollups.ndjson');
    await pipeline(Readable.from(asLines(rows)), createWriteStream(lines));
    const columns = Object.entries(TYPES).map(([name, type]) => `"${name}": '${type}'`);
    const read = `read_json(${text(lines)}, format = 'newline_delimited', columns = {${columns}})`;
    const select = `SELECT * REPLACE (make_timestamp_ms(timestamp) AS timestamp, labels::VARCHAR AS labels) FROM ${read}`;
    return withDuckDb(dir, async (duck) => {
      const { rowsChanged } = await duck.run(`COPY (${select}) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`);
      return rowsChanged;
    });
  });

async function* asLines(rows: AsyncIterable<RollupRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
