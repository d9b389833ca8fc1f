import { parseArgs } from 'node:util';
import { ask, closeConnections } from './ask.ts';
import { DAY, loadDays, settle } from './loadDays.ts';
import { machine } from './machine.ts';
import { watchMemory } from './processMemory.ts';
import { coarse, duckdbPath, modelmeterPath, movingRange, QUESTIONS, type Question } from './questions.ts';
import { type Limit, markdownTable, reportLimits, saveResult } from './report.ts';
import { difference, duckdbValues, modelmeterValues } from './sameAnswer.ts';
import { median, rank } from './sendAll.ts';
import { DUCKDB, MODELMETER, type RunningSystem, type System, startSystem, type TimeRange } from './systems.ts';

/** How fast five questions are answered, by DuckDB and Modelmeter holding the same events, asked in turn in one run. */

const { values: flags } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    days: { type: 'string' },
    'events-per-day': { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '30' },
    systems: { type: 'string', default: 'duckdb,modelmeter' },
    profile: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});

const WARM_UP_RUNS = 3;
const LONG_LIMIT_MS = 300;

const VALUES_OF = new Map([
  [DUCKDB, duckdbValues],
  [MODELMETER, modelmeterValues],
]);
const PATH_OF = new Map([
  [DUCKDB, duckdbPath],
  [MODELMETER, modelmeterPath],
]);

interface Timing {
  medianMs: number;
  p95Ms: number;
}

/** Asks a question in turn of all systems, checking on every run that they say the same. */
const timeQuestion = async (running: readonly RunningSystem[], question: Question, loaded: TimeRange) => {
  const tookMs = new Map<System, number[]>(running.map(({ system }) => [system, []]));
  for (let run = -WARM_UP_RUNS; run < Number(flags.runs); run++) {
    const range = movingRange(question, run < 0 ? run + 36 : run, loaded);
    const inTurn = run % 2 === 0 ? running : running.toReversed();
    const answers = new Map<System, ReturnType<typeof modelmeterValues>>();
    for (const { url, system } of inTurn) {
      const { tookMs: took, answer } = await ask(url + PATH_OF.get(system)!(question, range));
      answers.set(system, VALUES_OF.get(system)!(answer, question));
      if (run >= 0) tookMs.get(system)!.push(took);
    }
    const [ours, theirs] = [answers.get(MODELMETER), answers.get(DUCKDB)];
    const wrong = ours && theirs && difference(ours, theirs, question.tolerance);
    if (wrong) throw new Error(`${question.name}, run ${run}: Modelmeter answers ${wrong}`);
  }
  const timing = (taken: readonly number[]): Timing => ({ medianMs: median(taken), p95Ms: rank(taken, 0.95) });
  return Object.fromEntries([...tookMs].map(([{ name }, taken]) => [name, timing(taken)]));
};

const limitOf = (question: Question, timings: Record<string, Timing>): Limit[] => {
  const { duckdb, modelmeter } = timings;
  if (!modelmeter) return [];
  if (flags.long) return [{ name: `${question.name}, ms`, value: modelmeter.medianMs, atMost: LONG_LIMIT_MS }];
  if (!duckdb) return [];
  return [
    { name: `${question.name}, times as fast as DuckDB`, value: duckdb.medianMs / modelmeter.medianMs, atLeast: 1 },
  ];
};

const days = Number(flags.days ?? (flags.long ? 30 : 1));
const endMs = Math.floor(Date.now() / 60_000) * 60_000;
const loaded: TimeRange = { fromMs: endMs - days * DAY, toMs: endMs };
const eventsPerDay = Number(flags['events-per-day']);
const events = days * eventsPerDay;
const before = await machine();
const running: RunningSystem[] = [];
try {
  for (const system of [DUCKDB, MODELMETER].filter(({ name }) => flags.systems.split(',').includes(name)))
    running.push(await startSystem(system, flags.profile));
  const memory = running.map((one) => watchMemory(one.pid));
  await loadDays(running, { days, eventsPerDay, loaded });
  const diskBytes: number[] = [];
  for (const one of running) diskBytes.push(await settle(one, loaded, events));

  const results: Record<string, Record<string, Timing>> = {};
  for (const question of QUESTIONS.map((one) => (flags.long ? coarse(one) : one)))
    results[question.name] = await timeQuestion(running, question, loaded);

  const names = running.map(({ system }) => system.name);
  const table = markdownTable(
    ['', '', ...names.map((name) => `${name}, median / p95 ms`)],
    QUESTIONS.map(({ name, asks }) => [
      name.toUpperCase(),
      asks,
      ...names.map((system) => {
        const { medianMs, p95Ms } = results[name]![system]!;
        return `${medianMs.toFixed(1)} / ${p95Ms.toFixed(1)}`;
      }),
    ]),
  );
  console.log(`\n${table}\n`);
  const sizes = running.map(({ system }, index) => ({
    name: system.name,
    bytesPerEvent: diskBytes[index]! / events,
    peakMiB: memory[index]!.peakBytes() / 2 ** 20,
  }));
  console.log(
    sizes
      .map((s) => `${s.name}: ${s.bytesPerEvent.toFixed(1)} bytes per event, peak ${s.peakMiB.toFixed(0)} MiB`)
      .join('\n'),
  );
  const limits = QUESTIONS.flatMap((question) => limitOf(question, results[question.name]!));
  if (flags.save) {
    const name = flags.long ? 'query-long' : 'query';
    saveResult(
      name,
      { at: new Date(endMs).toISOString(), machine: before, days, events, results, sizes, limits },
      table,
    );
  }
  reportLimits(limits);
  for (const watch of memory) watch.stop();
} finally {
  closeConnections();
  for (const one of running) await one.discard();
}
