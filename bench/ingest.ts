import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { settledDiskBytes } from './diskUse.ts';
import { machine } from './machine.ts';
import { watchMemory } from './processMemory.ts';
import { type Limit, markdownTable, reportLimits, saveResult } from './report.ts';
import { median, type SendReport, sendAll } from './sendAll.ts';
import { queryable, type RunningSystem, SYSTEMS, type System, startSystem, tidy } from './systems.ts';
import { type Workload, writeBodies } from './workload.ts';

/** How fast events are taken in, how soon they can be queried, and what they take of memory and disk. */

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    systems: { type: 'string', default: SYSTEMS.map(({ name }) => name).join(',') },
    shuffled: { type: 'boolean', default: false },
    profile: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});

interface Round extends SendReport {
  /** From the last answer until all of it can be queried, milliseconds. */
  queryableMs?: number;
  peakBytes: number;
  diskBytes?: number;
  isDiskSettled?: boolean;
}

const QUERYABLE_TIMEOUT_MS = 60_000;

/** Asks until the count is all of it; resolves with the time that has passed since `sinceMs`. */
const untilQueryable = async (running: RunningSystem, workload: Workload, sinceMs: number): Promise<number> => {
  const range = { fromMs: workload.startMs, toMs: workload.endMs };
  for (;;) {
    const count = await queryable(running, range);
    const passedMs = performance.timeOrigin + performance.now() - sinceMs;
    if (count === workload.events) return passedMs;
    if (count > workload.events || passedMs > QUERYABLE_TIMEOUT_MS)
      throw new Error(`${running.system.name} counts ${count} of ${workload.events} events after ${passedMs} ms`);
    await sleep(50);
  }
};

const playRound = async (options: {
  system: System;
  file: string;
  workload: Workload;
  measuresDisk: boolean;
}): Promise<Round> => {
  const running = await startSystem(options.system, flags.profile);
  const memory = watchMemory(running.pid);
  try {
    const sent = await sendAll({ url: `${running.url}/v1/events`, file: options.file, senders: 2 });
    if (sent.acknowledged !== options.workload.events)
      throw new Error(`${running.system.name} acknowledged ${sent.acknowledged} of ${options.workload.events} events`);
    const round: Round = { ...sent, peakBytes: 0 };
    if (running.system.countPath) round.queryableMs = await untilQueryable(running, options.workload, sent.lastMs);
    if (options.measuresDisk) {
      await tidy(running);
      const settled = await settledDiskBytes({ folder: running.folder, quietMs: 20_000, timeoutMs: 240_000 });
      round.diskBytes = settled.bytes;
      round.isDiskSettled = settled.isSettled;
    }
    round.peakBytes = memory.peakBytes();
    return round;
  } finally {
    memory.stop();
    await running.discard();
  }
};

/** The median of each measure over the rounds; memory is the highest of all rounds, disk the last round's. */
const summary = (rounds: readonly Round[]) => {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const last = rounds.at(-1)!;
  return {
    eventsPerS: Math.round(of((round) => round.eventsPerS)),
    requestP50Ms: of((round) => round.requestP50Ms),
    requestP99Ms: of((round) => round.requestP99Ms),
    refusals: rounds.reduce((sum, round) => sum + round.refusals, 0),
    queryableMs: last.queryableMs === undefined ? undefined : of((round) => round.queryableMs!),
    peakMiB: Math.max(...rounds.map((round) => round.peakBytes)) / 2 ** 20,
    bytesPerEvent: last.diskBytes === undefined ? undefined : last.diskBytes / last.acknowledged,
    isDiskSettled: last.isDiskSettled,
  };
};
type Summary = ReturnType<typeof summary>;

const limitsOf = (results: Record<string, Summary | undefined>): Limit[] => {
  const { floor, duckdb, modelmeter } = results;
  if (!modelmeter) return [];
  const speed = modelmeter.eventsPerS;
  return [
    ...(duckdb ? [{ name: 'speed against DuckDB', value: speed / duckdb.eventsPerS, atLeast: 1 }] : []),
    ...(floor ? [{ name: 'speed against the floor', value: speed / floor.eventsPerS, atLeast: 0.4 }] : []),
    { name: 'request p99, ms', value: modelmeter.requestP99Ms, atMost: 25 },
    { name: 'queryable after, ms', value: modelmeter.queryableMs!, atMost: 5000 },
    { name: 'bytes per event', value: modelmeter.bytesPerEvent!, atMost: 35 },
    { name: 'peak memory, MiB', value: modelmeter.peakMiB, atMost: 640 },
  ];
};

const endMs = Math.floor(Date.now() / 60_000) * 60_000;
const workload: Workload = {
  seed: 1,
  events: Number(flags.events),
  startMs: endMs - 86_400_000,
  endMs,
  eventsPerBody: 500,
  order: flags.shuffled ? 'shuffled' : 'time',
};
const systems = SYSTEMS.filter(({ name }) => flags.systems.split(',').includes(name));
const before = await machine();
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  const file = join(scratch, 'bodies');
  const written = await writeBodies(file, workload);
  console.log(`${workload.events} events, ${(written.bytes / workload.events).toFixed(0)} bytes each as JSON`);
  const rounds = new Map<string, Round[]>(systems.map(({ name }) => [name, []]));
  const roundCount = Number(flags.rounds);
  for (let index = 0; index < roundCount; index++)
    for (const system of systems) {
      const round = await playRound({ system, file, workload, measuresDisk: index === roundCount - 1 });
      rounds.get(system.name)!.push(round);
      console.log(`round ${index + 1} ${system.name}: ${Math.round(round.eventsPerS)} events/s`);
    }
  const results = Object.fromEntries([...rounds].map(([name, ofSystem]) => [name, summary(ofSystem)]));
  const table = markdownTable(
    ['', 'events/s', 'request p50 / p99, ms', 'queryable after, ms', 'peak memory, MiB', 'bytes per event'],
    Object.entries(results).map(([name, result]) => [
      name,
      result.eventsPerS.toLocaleString('en'),
      `${result.requestP50Ms.toFixed(1)} / ${result.requestP99Ms.toFixed(1)}`,
      result.queryableMs?.toFixed(0) ?? 'n/a',
      result.peakMiB.toFixed(0),
      (result.bytesPerEvent?.toFixed(1) ?? 'n/a') + (result.isDiskSettled === false ? ' (still changing)' : ''),
    ]),
  );
  console.log(`\n${table}\n`);
  const limits = limitsOf(results);
  if (flags.save)
    saveResult('ingest', { at: new Date(endMs).toISOString(), machine: before, workload, results, limits }, table);
  reportLimits(limits);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
