import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { groupsOf } from '../adapters/aws/archive/parquetReader.ts';
import { rows } from '../adapters/aws/archive/rows.ts';
import { copyTo, fromJson } from '../adapters/local/archive/sql.ts';
import { COLUMNS, sortColumnsOf } from '../core/telemetry/archiveColumns.ts';
import { machine } from './machine.ts';
import { markdownTable, saveResult } from './report.ts';
import { bodies } from './workload.ts';

/** `node bench/archive.ts [--save]`: the same events as a Parquet file of AWS's archive and as one of DuckDB's: size, and CPU. */
const { values } = parseArgs({ options: { save: { type: 'boolean', default: false } } });
/** Of one hour: a job of AWS's archive holds no more. */
const EVENTS = 200_000;
const ROUNDS = 3;
const START_MS = Date.UTC(2025, 10, 20);
const WORKLOAD = {
  seed: 1,
  events: EVENTS,
  startMs: START_MS,
  endMs: START_MS + 3_600_000,
  eventsPerBody: 500,
  order: 'time' as const,
};

const folder = mkdtempSync(join(tmpdir(), 'modelmeter-bench-'));
const [lines, duckPath] = [join(folder, 'events.ndjson'), join(folder, 'duck.parquet')];
const events = [...bodies(WORKLOAD)]
  .flatMap((body) => JSON.parse(body.toString()) as { timestamp: string }[])
  .map((event) => ({ ...event, timestamp: Date.parse(event.timestamp) }));
writeFileSync(lines, events.map((event) => `${JSON.stringify(event)}\n`).join(''));

const cpuS = async (work: () => unknown): Promise<number> => {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    took.push((user + system) / 1e6);
  }
  return Math.min(...took) * (1e6 / EVENTS);
};

let ours = new Uint8Array();
const written = await cpuS(() => {
  const file = rows(COLUMNS.inference, sortColumnsOf('inference'));
  for (const event of events) file.add(event);
  ours = new Uint8Array(file.file());
});
const buffer = { byteLength: ours.length, slice: (start: number, end?: number) => ours.buffer.slice(start, end) };
const read = await cpuS(async () => {
  for (const group of await groupsOf('inference', buffer)) await group.records();
});
const duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const writtenByDuck = await cpuS(() =>
  duck.run(copyTo(fromJson('inference', { path: lines, longest: 4096 }), 'inference', duckPath)),
);
const result = {
  bytesPerEvent: { aws: ours.length / EVENTS, duckdb: statSync(duckPath).size / EVENTS },
  cpuSPerMillion: { write: written, read, writeByDuckDb: writtenByDuck },
};
rmSync(folder, { recursive: true });

const { bytesPerEvent: bytes } = result;
const table = markdownTable(
  ['files of', 'bytes per event', 'CPU to write a million events, s', 'to read them, s'],
  [
    ['AWS (hyparquet-writer)', bytes.aws.toFixed(1), written.toFixed(1), read.toFixed(1)],
    ['one machine (DuckDB)', bytes.duckdb.toFixed(1), writtenByDuck.toFixed(1), '–'],
  ],
);
console.log(table);
if (values.save) saveResult('archive', { events: EVENTS, ...result, machine: await machine() }, table);
