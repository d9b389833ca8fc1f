import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COLUMNS } from '../../../core/telemetry/archiveColumns.ts';
import type { EventKind } from '../../../core/telemetry/events.ts';
import { openDuckDb } from '../../local/archive/duckdb.ts';
import { forReading, fromParquet } from '../../local/archive/sql.ts';
import { badInput } from '../failure.ts';
import type { Item } from './item.ts';

/**
 * The events of a Parquet file as `export` or the archive writes it. Its kind is not in the file.
 *
 * @throws Failure when it is no such file
 */
export async function* parquetEvents(path: string, kind: EventKind): AsyncGenerator<Item> {
  const scratch = mkdtempSync(join(tmpdir(), 'modelmeter-'));
  const { connection, close } = await openDuckDb(scratch);
  try {
    const rows = await connection.stream(forReading(kind, fromParquet(kind, [path])));
    let line = 0;
    for await (const chunk of rows.yieldRowObjectJs()) {
      for (const row of chunk) yield { text: JSON.stringify(toEvent(kind, row)), line: ++line };
    }
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0];
    throw badInput(`${path} cannot be read as Parquet of ${kind} events: ${why}`, cause);
  } finally {
    close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const toEvent = (kind: EventKind, row: Record<string, unknown>): Record<string, unknown> => {
  const event: Record<string, unknown> = { kind };
  for (const { name, type } of COLUMNS[kind]) {
    const value = row[name];
    if (value !== null && value !== undefined) event[name] = type === 'json' ? JSON.parse(String(value)) : value;
  }
  return event;
};
