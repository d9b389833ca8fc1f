import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupsOf } from '../../adapters/aws/archive/parquetReader.ts';
import { rows } from '../../adapters/aws/archive/rows.ts';
import { copyTo, forReading, fromJson, text } from '../../adapters/local/archive/sql.ts';
import type { ArchiveKind } from '../../core/ports.ts';
import { ARCHIVE_KINDS, COLUMNS, sortColumnsOf } from '../../core/telemetry/archiveColumns.ts';
import { archivedOf, recordOf, wellFormedJson } from '../../core/telemetry/archiveRecords.ts';
import { call, NOON } from './archiveWorld.ts';

type Row = Record<string, unknown>;

let dir: string;
let duck: DuckDBConnection;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'modelmeter-interop-'));
  duck = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const TEXTS = ['', 'plain', 'Ελλάς', '🚀🚀', '"quoted", and\nbroken', 'x'.repeat(5000), '\u0000', '\u{10FFFF}'];

/** A record of each kind by the names of its columns, with values that some writers get wrong; every third column is empty. */
const recordsOf = (kind: ArchiveKind, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => {
    const fields = COLUMNS[kind].map(({ name, type }, c): [string, unknown] => {
      const n = i * 7 + c;
      const values: Record<typeof type, () => unknown> = {
        VARCHAR: () => TEXTS[n % TEXTS.length],
        DOUBLE: () => [0, -0.1, 1e-300, 1.5e300, 1 / 3, n][n % 6],
        BIGINT: () => [0, 2 ** 31, 4_294_967_295, 999_999_999_999, Number.MAX_SAFE_INTEGER, n][n % 6],
        BOOLEAN: () => n % 2 === 0,
        json: () => [{ a: TEXTS[n % TEXTS.length], deep: [1, null, { b: 1e-7 }] }, [], 'text', 7, false][n % 5],
        milliseconds: () => NOON + i,
        microseconds: () => NOON + i + (i % 1000) / 1000,
      };
      return [name, name !== 'timestamp' && (i + c) % 3 === 0 ? undefined : values[type]()];
    });
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  });

const ourFile = (kind: ArchiveKind, records: readonly Row[]): Uint8Array => {
  const file = rows(COLUMNS[kind], sortColumnsOf(kind));
  for (const record of records) file.add(record);
  return file.file();
};

const duckFile = async (kind: ArchiveKind, records: readonly Row[]): Promise<string> => {
  const [lines, path] = [join(dir, 'rows.ndjson'), join(dir, 'duck.parquet')];
  writeFileSync(lines, records.map((record) => `${wellFormedJson(JSON.stringify(record))}\n`).join(''));
  await duck.run(copyTo(fromJson(kind, { path: lines, longest: 2 ** 20 }), kind, path));
  return path;
};

const written = (bytes: Uint8Array): string => {
  const path = join(dir, 'ours.parquet');
  writeFileSync(path, bytes);
  return path;
};

const readByDuck = async (kind: ArchiveKind, path: string): Promise<Row[]> => {
  const query = forReading(kind, `SELECT * FROM read_parquet(${text(path)})`);
  return (await duck.runAndReadAll(query)).getRowObjectsJS().map((row) => recordOf(kind, row));
};

const readByUs = async (kind: ArchiveKind, bytes: Uint8Array): Promise<Row[]> => {
  const file = new Uint8Array(bytes).buffer;
  const buffer = { byteLength: file.byteLength, slice: (start: number, end?: number) => file.slice(start, end) };
  return (await Promise.all((await groupsOf(kind, buffer)).map((group) => group.records()))).flat();
};

const typesIn = async (path: string) =>
  (
    await duck.runAndReadAll(
      `SELECT name, type, repetition_type, converted_type, logical_type FROM parquet_schema(${text(path)}) OFFSET 1`,
    )
  ).getRowsJS();

/** As they came, in whichever order. */
const sorted = (records: readonly Row[]) =>
  records.map((record) => JSON.stringify(record, Object.keys(record).sort())).sort();
const asRecords = (kind: ArchiveKind, records: readonly Row[]) =>
  records.map((record) => {
    const row = COLUMNS[kind].map(({ name, type }) => [
      name,
      type === 'json' && record[name] !== undefined ? JSON.stringify(record[name]) : record[name],
    ]);
    return recordOf(kind, Object.fromEntries(row));
  });

describe.each(ARCHIVE_KINDS)('a file of %s', (kind) => {
  it.each([0, 1, 200])(
    'of %i records has the same types and values whoever writes and whoever reads it',
    async (count) => {
      const records = recordsOf(kind, count);
      const ours = ourFile(kind, records);
      const theirs = await duckFile(kind, records);

      expect(await typesIn(written(ours))).toEqual(await typesIn(theirs));
      const expected = sorted(asRecords(kind, records));
      expect(sorted(await readByUs(kind, ours))).toEqual(expected);
      expect(sorted(await readByDuck(kind, written(ours)))).toEqual(expected);
      expect(sorted(await readByUs(kind, readFileSync(theirs)))).toEqual(expected);
    },
  );
});

describe('a file', () => {
  it('is sorted as those of one machine are, in row groups that say their times', async () => {
    const records = Array.from({ length: 70_000 }, (_, i) =>
      call(NOON + ((i * 7919) % 70_000), { deployment: `d${i % 3}`, id: `${i}` }),
    );
    const path = written(ourFile('inference', records));

    const order = await readByDuck('inference', path);
    const groups = await duck.runAndReadAll(`
      SELECT row_group_num_rows::INTEGER, stats_min_value <> '', compression
      FROM parquet_metadata(${text(path)}) WHERE path_in_schema = 'timestamp' ORDER BY row_group_id`);

    const expected = [...records].sort((a, b) => {
      const [left, right] = [a, b] as { deployment: string; timestamp: number }[];
      return left!.deployment < right!.deployment
        ? -1
        : left!.deployment > right!.deployment
          ? 1
          : left!.timestamp - right!.timestamp;
    });
    expect(order.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(groups.getRowsJS()).toEqual([
      [30_000, true, 'ZSTD'],
      [30_000, true, 'ZSTD'],
      [10_000, true, 'ZSTD'],
    ]);
  });

  it('tells the times of its row groups to those who skip them, whoever wrote it', async () => {
    for (const kind of ['inference', 'span'] as const) {
      const records = recordsOf(kind, 200);
      for (const bytes of [ourFile(kind, records), readFileSync(await duckFile(kind, records))]) {
        const file = new Uint8Array(bytes).buffer;
        const [group] = await groupsOf(kind, {
          byteLength: file.byteLength,
          slice: (start: number, end?: number) => file.slice(start, end),
        });

        const last = records.at(-1)!.timestamp;
        expect([group!.fromMs, group!.toMs]).toEqual([NOON, last]);
      }
    }
  });

  it('of an older version, with fewer columns, is read with those that it has', async () => {
    const few = COLUMNS.inference.filter(({ name }) => name !== 'model');
    const file = rows(few, ['deployment', 'timestamp']);
    file.add(call(NOON, { team: 'red' }));

    expect(await readByUs('inference', file.file())).toEqual([call(NOON, { team: 'red' })]);
  });

  it('holds what a batch held', async () => {
    const batch = { events: [call(NOON)], samples: [], spans: [], logs: [] };

    expect([...archivedOf(batch)]).toEqual([['inference', call(NOON)]]);
  });
});
