import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { BillFile, BillRow } from '../../../core/usecases/importBill.ts';
import { openDuckDb } from '../archive/duckdb.ts';
import { text } from '../archive/sql.ts';

/** Between the values of a row: DuckDB gives each text to JavaScript by a call of its own, so a row comes as one. */
const BETWEEN = '\x1f';

/** A Parquet file, read by DuckDB. Times come as epoch milliseconds, maps and structs as JSON. */
export const openParquet = async (path: string, name: string): Promise<BillFile> => {
  const types = await withDuckDb(name, async (connection) => {
    const { columnNameAndTypeObjectsJson } = await connection
      .runAndReadAll(`DESCRIBE SELECT * FROM ${source(path)}`)
      .then((result) => ({ columnNameAndTypeObjectsJson: result.getRowObjectsJson() }));
    return columnNameAndTypeObjectsJson.map((row) => ({
      name: String(row.column_name),
      type: String(row.column_type),
    }));
  });
  return {
    name,
    columns: types.map((column) => column.name),
    async *read(used) {
      const scratch = mkdtempSync(join(tmpdir(), 'modelmeter-'));
      const { connection, close } = await openDuckDb(scratch);
      try {
        const total = Number((await connection.runAndReadAll(`SELECT count(*) FROM ${source(path)}`)).getRows()[0]![0]);
        const values = types.map((column, i) => (used.has(i) ? asText(column) : "''"));
        const rows = await connection.stream(`SELECT concat_ws(chr(31), ${values}) FROM ${source(path)}`);
        let row = 0;
        for await (const chunk of rows) {
          const found = chunk
            .getColumnValues(0)
            .map((line): BillRow => ({ row: ++row, values: String(line).split(BETWEEN) }));
          yield { rows: found, done: row / total };
        }
      } catch (cause) {
        throw unreadable(name, cause);
      } finally {
        close();
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
};

const source = (path: string): string => `read_parquet(${text(path)}, hive_partitioning = false)`;

const asText = ({ name, type }: { name: string; type: string }): string => {
  const column = `"${name.replaceAll('"', '""')}"`;
  const value = /^(TIMESTAMP|DATE)/.test(type)
    ? `epoch_ms(${column}${type === 'DATE' ? '::TIMESTAMP' : ''})`
    : /^(MAP|STRUCT)|\[\]$/.test(type)
      ? `to_json(${column})`
      : column;
  return `coalesce(translate(${value}::VARCHAR, chr(30) || chr(31), '  '), '')`;
};

const withDuckDb = async <T>(
  name: string,
  work: (connection: Awaited<ReturnType<typeof openDuckDb>>['connection']) => Promise<T>,
): Promise<T> => {
  const { connection, close } = await openDuckDb(tmpdir());
  try {
    return await work(connection);
  } catch (cause) {
    throw unreadable(name, cause);
  } finally {
    close();
  }
};

const unreadable = (name: string, cause: unknown): AppError =>
  new AppError('invalidInput', `${name} cannot be read as Parquet: ${(cause as Error).message.split('\n')[0]}`, {
    cause,
  });
