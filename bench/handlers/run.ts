import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../../lambdas/bundle.ts';
import { FUNCTIONS } from '../../lib/functions.ts';
import { machine } from '../machine.ts';
import { type Limit, markdownTable, reportLimits, saveResult } from '../report.ts';
import { environment } from './environment.ts';
import { ingestEvents } from './gatewayEvent.ts';

/** `node bench/handlers/run.ts [--save] [--rounds 15] [NAME…]`: size and cold start of each function, and what ingestion takes. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { save: { type: 'boolean', default: false }, rounds: { type: 'string', default: '15' } },
});
const rounds = Number(values.rounds);
/** Until then the compiler is still at work. */
const WARM_UP_CALLS = 200;
const CALLS = 300;

interface Took {
  ms: number;
  cpuMs: number;
  threadCpuMs: number;
}
interface Run {
  init: Took;
  calls: Took[];
  last?: { statusCode?: number };
}

const folder = mkdtempSync(join(tmpdir(), 'modelmeter-bench-'));

/** A cold start in a fresh process. */
const start = (file: string, eventsFile?: string): Run => {
  const child = join(import.meta.dirname, 'child.ts');
  const args = [child, file, ...(eventsFile === undefined ? [] : [eventsFile])];
  const { stderr, status } = spawnSync(process.execPath, args, { env: { ...environment }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return JSON.parse(stderr.slice(stderr.lastIndexOf('{"init"')));
};

const bytesIn = (dir: string): number =>
  readdirSync(dir).reduce((sum, file) => sum + statSync(join(dir, file)).size, 0);

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const medians = (took: readonly Took[]): Took => ({
  ms: median(took.map(({ ms }) => ms)),
  cpuMs: median(took.map(({ cpuMs }) => cpuMs)),
  threadCpuMs: median(took.map(({ threadCpuMs }) => threadCpuMs)),
});

const names = Object.keys(FUNCTIONS).filter(
  (name) =>
    existsSync(new URL(`../../lambdas/${name}/handler.ts`, import.meta.url)) &&
    (positionals.length === 0 || positionals.includes(name)),
);
const before = await machine();
const files = new Map<string, string>();
for (const name of names) files.set(name, await bundle(name, join(folder, name)));
const runs = new Map<string, Run[]>(names.map((name) => [name, []]));
const eventsFile = join(folder, 'events.json');
writeFileSync(eventsFile, JSON.stringify(ingestEvents({ count: CALLS, nowMs: Date.now() })));
for (let round = 0; round < rounds; round++)
  for (const [name, file] of files) runs.get(name)!.push(start(file, name === 'ingest' ? eventsFile : undefined));

const functions = names.map((name) => ({
  name,
  bytes: bytesIn(dirname(files.get(name)!)),
  init: medians(runs.get(name)!.map(({ init }) => init)),
}));
const ingestRuns = runs.get('ingest') ?? [];
const statuses = ingestRuns.map(({ last }) => last?.statusCode);
if (statuses.some((status) => status !== 202)) throw new Error(`ingest answered ${statuses}`);
const ingest = ingestRuns.length > 0 && {
  first: medians(ingestRuns.map(({ calls }) => calls[0]!)),
  warm: medians(ingestRuns.flatMap(({ calls }) => calls.slice(WARM_UP_CALLS))),
};
rmSync(folder, { recursive: true });

const table = markdownTable(
  ['function', 'bundle, kB', 'initialisation, ms', 'of it CPU, ms'],
  functions.map(({ name, bytes, init }) => [
    name,
    (bytes / 1000).toFixed(0),
    init.ms.toFixed(0),
    init.cpuMs.toFixed(0),
  ]),
);
console.log(table);
if (ingest) console.log('500 events, ms', ingest);
const limits: Limit[] = [
  ...functions.flatMap(({ name, bytes, init }) => [
    { name: `${name}: bundle, bytes`, value: bytes, atMost: 1_000_000 },
    { name: `${name}: initialisation, ms`, value: init.ms, atMost: 150 },
  ]),
  ...(ingest
    ? [
        { name: 'ingest of 500 events at the first call, CPU ms', value: ingest.first.cpuMs, atMost: 25 },
        { name: 'ingest of 500 events warm, CPU ms', value: ingest.warm.cpuMs, atMost: 5 },
      ]
    : []),
];
reportLimits(limits);
if (values.save) {
  const { duckdb: _, ...on } = before;
  saveResult('handlers', { at: new Date().toISOString(), machine: on, rounds, functions, ingest, limits }, table);
}
