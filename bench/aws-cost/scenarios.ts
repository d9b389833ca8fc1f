import { DAYS_PER_MONTH } from '../../adapters/cli/estimate/metered.ts';
import type { Units } from '../../adapters/cli/estimate/prices.ts';
import { PREFIXES } from '../../lib/prefixes.ts';
import { bodies } from '../workload.ts';
import { type Account, startAccount } from './account.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const EVENTS_PER_REQUEST = 500;
/** How long Lambda gathers messages, and by how many pollers, each for itself: what comes in a window is split among them. */
const WINDOW_MS = 30_000;
const POLLERS = 5;
const BATCH_SIZE = 50;

/** Midnight, some days ago: events are neither too old for the door nor ahead of the machine's clock. */
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
/** The scheduled functions go on after the last event until compaction and archive are done with it. */
const AFTER_MS = 2 * HOUR_MS;

/** How often each function is started, as lib/stacks/app.ts says; the first time after one period. */
const SCHEDULES = {
  'estimate-costs': MINUTE_MS,
  compact: 15 * MINUTE_MS,
  archive: HOUR_MS,
  expire: DAY_MS,
} as const;
const IDLE_SCHEDULES = {
  ...SCHEDULES,
  heartbeat: 5 * MINUTE_MS,
  'read-metrics': 5 * MINUTE_MS,
  evaluate: 15 * MINUTE_MS,
} as const;

export interface Outcome {
  /** What was billed, by what caused it. */
  parts: Record<string, Units>;
  runs: Record<string, { invocations: number; billedMs: number; cpuMs: number }>;
  stored: Record<string, { objects: number; bytes: number }>;
}

/** So many events of bench/workload.ts, sent evenly over a span of time in requests of 500. */
export const events = async ({ count, spanMs }: { count: number; spanMs: number }): Promise<Outcome> => {
  const account = await startAccount({ startMs: START_MS });
  const endMs = START_MS + spanMs;
  const workload = { seed: 1, events: count, eventsPerBody: EVENTS_PER_REQUEST, order: 'time' as const };
  const requests = Math.ceil(count / EVENTS_PER_REQUEST);
  const gapMs = spanMs / requests;
  const perInvocation = Math.min(BATCH_SIZE, Math.max(1, Math.floor(WINDOW_MS / gapMs / POLLERS)));
  const due = dueTimes(SCHEDULES);
  let sent = 0;
  for (const body of bodies({ ...workload, startMs: START_MS, endMs })) {
    const atMs = START_MS + ++sent * gapMs; // all of its events have happened
    await passUntil(account, atMs, { due, perInvocation });
    await account.ingest(body);
  }
  await passUntil(account, endMs + AFTER_MS, { due, perInvocation });
  return outcomeOf(account);
};

/** A day without telemetry: heartbeats, and schedules that find little. */
export const aDayOfNothing = async (): Promise<Outcome> => {
  const account = await startAccount({ startMs: START_MS });
  await passUntil(account, START_MS + DAY_MS, { due: dueTimes(IDLE_SCHEDULES), perInvocation: 1 });
  return outcomeOf(account);
};

type Scheduled = keyof typeof IDLE_SCHEDULES;
type Due = Map<Scheduled, { everyMs: number; atMs: number }>;

const dueTimes = (schedules: Partial<Record<Scheduled, number>>): Due =>
  new Map(
    Object.entries(schedules).map(([name, everyMs]) => [name as Scheduled, { everyMs, atMs: START_MS + everyMs }]),
  );

/** Lets time pass: messages are handed over once their window is over, and schedules start what is due. */
const passUntil = async (
  account: Account,
  untilMs: number,
  { due, perInvocation }: { due: Due; perInvocation: number },
) => {
  for (;;) {
    const oldestMs = account.oldestWaitingMs();
    const handOverMs = oldestMs === undefined ? Number.POSITIVE_INFINITY : oldestMs + WINDOW_MS;
    const [name, next] = [...due].reduce((a, b) => (b[1].atMs < a[1].atMs ? b : a));
    const soonestMs = Math.min(handOverMs, next.atMs);
    if (soonestMs > untilMs) break;
    account.at(soonestMs);
    if (handOverMs <= next.atMs) await account.rollUp(perInvocation);
    else {
      next.atMs += next.everyMs;
      await account.run(name);
    }
  }
  account.at(untilMs);
};

/** How long S3 keeps what, days: lib/constructs/dataLifecycle.ts and the default retention. What is deleted is kept for a week more. */
const UNDELETE_DAYS = 7;
const KEPT_DAYS = { batches: 21 + UNDELETE_DAYS, segments: 35 + UNDELETE_DAYS, archive: 90 + 2 * UNDELETE_DAYS };
const GB = 1e9;

/**
 * What storing it costs until it is gone. Blocks count as if all of them stayed as long as minutes are kept: hours and days
 * stay longer, and are a small part.
 */
const storage = (stored: Outcome['stored'], segmentBytes: number): Units => {
  const { batches, segments, archive } = stored;
  const byteDays =
    batches!.bytes * KEPT_DAYS.batches +
    segments!.bytes * KEPT_DAYS.segments +
    (segmentBytes - segments!.bytes) * UNDELETE_DAYS +
    archive!.bytes * KEPT_DAYS.archive;
  return { s3StorageGbMonth: byteDays / GB / DAYS_PER_MONTH };
};

const outcomeOf = async (account: Account): Promise<Outcome> => {
  const stored: Outcome['stored'] = {};
  for (const name of ['batches', 'segments', 'archive'] as const) stored[name] = await account.stored(PREFIXES[name]);
  const parts = { ...Object.fromEntries(account.bill()), storage: storage(stored, account.segmentBytes()) };
  const runs = Object.fromEntries(
    [...account.runs()].map(([name, { invocations, billedMs, cpuMs }]) => [
      name,
      { invocations, billedMs: Math.round(billedMs), cpuMs: Math.round(cpuMs) },
    ]),
  );
  await account.close();
  return { parts, runs, stored };
};
