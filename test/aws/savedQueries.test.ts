import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rows } from '../../adapters/aws/archive/rows.ts';
import type { ArchiveKind } from '../../core/ports.ts';
import { ARCHIVE_KINDS, COLUMNS, sortColumnsOf } from '../../core/telemetry/archiveColumns.ts';
import { glueTables } from '../../lib/archive/glueTables.ts';
import { SAVED_QUERIES } from '../../lib/archive/savedQueries.ts';

const DAY = 86_400_000;
const NOON = Math.floor(Date.now() / DAY) * DAY - DAY / 2; // yesterday
const LONG_AGO = NOON - 100 * DAY;

let dir: string;
let duck: DuckDBConnection;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'modelmeter-queries-'));
  for (const [kind, records] of Object.entries(RECORDS)) write(kind as ArchiveKind, records);
  duck = await (await DuckDBInstance.create(':memory:')).connect();
  await duck.run("SET TimeZone = 'UTC'");
  for (const kind of ['inference', 'outcome']) {
    // As the catalogue has it: names in small letters, `day` as text.
    const day = `hive_partitioning = true, hive_types = {'day': VARCHAR}`;
    const { columns } = glueTables({ bucketName: 'b' }).find(({ name }) => name === kind)!;
    const names = ['day', ...columns.map(({ name }) => name)].map((name) => `"${name}"`);
    await duck.run(`CREATE VIEW ${kind} AS SELECT ${names}
      FROM read_parquet('${dir}/archive/kind=${kind}/*/*.parquet', ${day})`);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const call = (more: object) => ({ timestamp: NOON, deployment: 'chat', status: 'ok', ...more });
const RECORDS = {
  inference: [
    call({
      id: 'a',
      latencyMs: 100,
      team: 'red',
      model: 'gpt',
      modelVersion: '1',
      inputTokens: 10,
      outputTokens: 5,
      client: 'ann',
      costUsd: 0.25,
      traceId: 't1',
    }),
    call({
      id: 'b',
      latencyMs: 300,
      team: 'red',
      model: 'gpt',
      modelVersion: '1',
      inputTokens: 3_000_000_000,
      client: 'bob',
      costUsd: 0.5,
      traceId: 't2',
    }),
    call({
      id: 'b',
      latencyMs: 301,
      team: 'red',
      model: 'gpt',
      modelVersion: '1',
      inputTokens: 7,
      client: 'bob',
      status: 'error',
      errorType: 'oom',
      traceId: 't3',
      timestamp: NOON + 9,
    }),
    call({ id: 'c', latencyMs: 50, model: 'gpt', modelVersion: '2', status: 'error', errorType: 'oom', traceId: 't4' }),
    call({ id: 'd', modelVersion: '2', status: 'timeout', timestamp: NOON - DAY }),
    ...Array.from({ length: 12 }, (_, i) =>
      call({ deployment: 'embed', latencyMs: i, modelVersion: '1', id: `e${i}` }),
    ),
    call({ id: 'a', latencyMs: 1e6, timestamp: LONG_AGO, client: 'ann', inputTokens: 1 }),
  ],
  outcome: [
    { timestamp: NOON, deployment: 'chat', predictionId: 'a', correct: true, valueUsd: 2 },
    { timestamp: NOON, deployment: 'chat', predictionId: 'b', feedback: 'negative' },
    { timestamp: NOON, deployment: 'chat', predictionId: 'c', feedback: 'positive', rating: 4 },
    { timestamp: NOON, deployment: 'chat', rating: 2 },
    { timestamp: LONG_AGO, deployment: 'chat', correct: false },
  ],
};

/** Files by kind and day, as the archive lays them out. */
const write = (kind: ArchiveKind, records: readonly { timestamp: number }[]) => {
  for (const [day, ofDay] of Map.groupBy(records, ({ timestamp }) => dayOf(timestamp))) {
    const file = rows(COLUMNS[kind], sortColumnsOf(kind));
    for (const record of ofDay) file.add(record as unknown as Record<string, unknown>);
    const path = join(dir, `archive/kind=${kind}/day=${day}/job.parquet`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.file());
  }
};
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Rows of a saved query, numbers as numbers. */
const answer = async (name: string): Promise<Record<string, unknown>[]> => {
  const { sql } = SAVED_QUERIES.find((query) => query.name === name)!;
  const found = (await duck.runAndReadAll(sql)).getRowObjectsJS();
  const plain = (value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
  return found.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)])));
};

describe('a saved query', () => {
  it('finds the slowest requests of each deployment, ten at most, with their traces', async () => {
    const found = await answer('slowest-requests');

    const of = (deployment: string) => found.filter((row) => row.deployment === deployment);
    expect(of('chat').map(({ latencyMs, traceId }) => [latencyMs, traceId])).toEqual([
      [301, 't3'],
      [300, 't2'],
      [100, 't1'],
      [50, 't4'],
    ]);
    expect(of('embed').map(({ latencyMs }) => latencyMs)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it('adds up tokens by day, team and model', async () => {
    const found = await answer('tokens-by-team-and-model');

    expect(
      found.map((row) => [
        row.day,
        row.team,
        row.model,
        row.requests,
        row.inputTokens,
        row.outputTokens,
        row.knownCostUsd,
      ]),
    ).toEqual([
      [dayOf(NOON - DAY), '(none)', '(none)', 1, 0, 0, null],
      [dayOf(NOON), '(none)', '(none)', 12, 0, 0, null],
      [dayOf(NOON), '(none)', 'gpt', 1, 0, 0, null],
      [dayOf(NOON), 'red', 'gpt', 3, 3_000_000_017, 5, 0.75],
    ]);
  });

  it('tells errors by release, with their share and the last trace', async () => {
    const found = await answer('errors-by-release');

    expect(
      found.map((row) => [row.modelVersion, row.status, row.errorType, row.errors, row.errorRatio, row.lastTraceId]),
    ).toEqual([
      ['1', 'error', 'oom', 1, 1 / 3, 't3'],
      ['2', expect.any(String), expect.any(String), 1, 1 / 2, expect.toBeOneOf(['t4', null])],
      ['2', expect.any(String), expect.any(String), 1, 1 / 2, expect.toBeOneOf(['t4', null])],
    ]);
  });

  it('ranks clients by tokens', async () => {
    const found = await answer('top-clients');

    expect(found.map(({ client, tokens, errors }) => [client, tokens, errors])).toEqual([
      ['bob', 3_000_000_007, 1],
      ['ann', 15, 0],
      ['(none)', 0, 2],
    ]);
    expect(found.reduce((sum, { tokenRatio }) => sum + (tokenRatio as number), 0)).toBeCloseTo(1, 12);
  });

  it('finds events that were sent more than once', async () => {
    const found = await answer('repeated-events');

    expect(
      found.map(({ deployment, id, times, statuses, traces }) => [deployment, id, times, statuses, traces]),
    ).toEqual([['chat', 'b', 2, 2, 2]]);
  });

  it('says how good the answers of a version were and what a good one cost', async () => {
    const found = await answer('outcomes-by-model-version');

    expect(found.map((row) => [row.modelVersion, row.outcomes, row.good, row.goodRatio, row.costUsdPerGood])).toEqual([
      ['(none)', 1, 0, null, null],
      ['1', 2, 1, 0.5, 0.75],
      ['2', 1, 1, 1, null],
    ]);
  });

  it('reads only partitions that it names, has a name of its own and a description', () => {
    expect(SAVED_QUERIES).toHaveLength(6);
    expect(new Set(SAVED_QUERIES.map(({ name }) => name)).size).toBe(SAVED_QUERIES.length);
    for (const { sql, description } of SAVED_QUERIES) {
      const scans = sql.match(/\bFROM (inference|outcome)\b/g) ?? [];
      expect(sql.match(/\bday >= CAST/g)).toHaveLength(scans.length);
      expect(description).not.toBe('');
    }
  });
});

describe('the tables of the catalogue', () => {
  const tables = glueTables({ bucketName: 'bucket' });

  it('are one for each kind, with every column by a name of its own in small letters', () => {
    expect(tables.map(({ name }) => name)).toEqual([...ARCHIVE_KINDS]);
    for (const { name, columns, partitionKeys } of tables) {
      const names = [...columns, ...partitionKeys].map((column) => column.name);
      expect(names).toHaveLength(COLUMNS[name as ArchiveKind].length + 1);
      expect(new Set(names).size).toBe(names.length);
      expect(names.every((each) => /^[a-z0-9_]+$/.test(each))).toBe(true);
    }
  });

  it('project days onto where the archive puts its files', () => {
    const { location, parameters } = tables[0]!;

    expect(location).toBe('s3://bucket/archive/kind=inference/');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Athena that fills it in
    expect(parameters['storage.location.template']).toBe('s3://bucket/archive/kind=inference/day=${day}/');
    expect(parameters).toMatchObject({ 'projection.enabled': 'true', 'projection.day.format': 'yyyy-MM-dd' });
  });

  it('have types that Athena knows', () => {
    const types = new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type)));

    expect([...types].sort()).toEqual(['bigint', 'boolean', 'double', 'string', 'timestamp']);
  });
});
