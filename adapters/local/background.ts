import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Notice } from '../../core/alerts/notice.ts';
import { type CardinalityLimits, cardinalityGuard } from '../../core/rollups/cardinality.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { ARCHIVE_DEFAULTS, archiveBatches } from '../../core/usecases/archiveBatches.ts';
import { compact } from '../../core/usecases/compact.ts';
import { expireRollups, type RollupRetention } from '../../core/usecases/expireRollups.ts';
import { REMEMBERED_MS } from '../../core/usecases/resendBatches.ts';
import { rollUp } from '../../core/usecases/rollUp.ts';
import type { LocalCosting } from './costing.ts';
import { inUseSince } from './dataFolder.ts';
import { type LocalEvaluation, localEvaluation } from './evaluation.ts';
import { localPorts } from './ports.ts';

/**
 * The thread behind the door: rolls up what the log holds, compacts, archives, expires, and looks for what is wrong. It
 * shares nothing with the thread that answers requests but the data folder, so each may be killed at any moment.
 */

export interface BackgroundOptions {
  dataDir: string;
  retention: RollupRetention & { archiveDays: number };
  limits: CardinalityLimits;
  evaluation: LocalEvaluation;
  costing: LocalCosting;
}

/** To the thread: something was logged, or stop after what waits is rolled up. */
export type ToBackground = { kind: 'wake' } | { kind: 'stop' };
/** From the thread. */
export type FromBackground =
  | { kind: 'rolled'; batches: number; atMs: number; series: number }
  /** A round of housekeeping, all of it done. */
  | { kind: 'kept' }
  /** Something began or ended that people should know of. */
  | { kind: 'notice'; notice: Notice }
  | { kind: 'failed'; what: string; error: string }
  | { kind: 'stopped' };

/** At most one round a second while little comes in: each round leaves small blocks behind. */
const ROUND_MS = 1_000;
const HOUSEKEEPING_MS = 5_000;
/** While there is always something to roll up. */
const LONGEST_WITHOUT_MS = 10_000;
/** As often as in AWS. */
const EVALUATION_MS = 15 * MINUTE;
const LONGEST_PAUSE_MS = 30_000;
/** Keys longer than that: a new request under a forgotten key whose batch counts as applied would be accepted, then left out. */
const KEYS_MS = 51 * DAY;

/** Whoever sends or asks is served first. On Linux this is of the calling thread alone; elsewhere it would be the whole process's. */
if (process.platform === 'linux') setPriority(7);

const options = workerData as BackgroundOptions;
const ports = localPorts(options.dataDir);
const guard = cardinalityGuard(options.limits);
const { batchLog: log, rollupStore: rollups, deploymentStore: deployments, compression, archive } = ports;
const round = rollUp({ log, rollups, deployments, compression, guard });
const compaction = compact({ rollups, compression });
const archiving = archiveBatches({
  archive,
  batchLog: log,
  options: { ...ARCHIVE_DEFAULTS, keepDays: options.retention.archiveDays },
});
const expiry = expireRollups({ rollups }, options.retention, inUseSince(options.dataDir));
const notifier = { tell: async (notice: Notice) => post({ kind: 'notice', notice }) };
const evaluate = localEvaluation(ports, notifier, options.evaluation);

let isStopping = false;
let wake = () => {};
const post = (message: FromBackground) => parentPort!.postMessage(message);
parentPort!.on('message', (message: ToBackground) => {
  if (message.kind === 'stop') isStopping = true;
  wake();
});

/** Prices are many: they are loaded once the server has started and taken what waited for it. */
const ESTIMATE_AFTER_MS = 5_000;
const estimatesFromMs = Date.now() + ESTIMATE_AFTER_MS;
let costing: Promise<(nowMs: number) => Promise<void>> | undefined;
const estimate = async () => {
  const nowMs = Date.now();
  if (nowMs < estimatesFromMs) return;
  costing ??= import('./costing.ts').then(({ localCosting }) => localCosting(ports, options.costing, () => isStopping));
  await (await costing)(nowMs);
};

const pause = (ms: number) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** More than what comes in from one second to the next: steady traffic must not keep housekeeping off for good. */
const BUSY_BATCHES = 100;
const isBusy = async () => isStopping || (await log.backlog()) > BUSY_BATCHES;

let lastHousekeeping = Date.now() - LONGEST_WITHOUT_MS + HOUSEKEEPING_MS;
let lastExpiry = 0;

const housekeeping = async () => {
  const nowMs = Date.now();
  if (nowMs - lastHousekeeping < HOUSEKEEPING_MS) return;
  lastHousekeeping = nowMs;
  let failed = 0;
  // One that fails, as the archive does on a full disk, must not keep the others from making room.
  const step = async (what: string, work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      failed++;
      post({ kind: 'failed', what, error: textOf(error) });
    }
  };
  if (nowMs - lastExpiry > HOUR) {
    lastExpiry = nowMs;
    await step('dropping old rollups', () => expiry(nowMs));
    // In this order: while applied batches are not forgotten, neither are their keys.
    await step('forgetting batches and keys', async () => {
      await rollups.forgetApplied(nowMs - REMEMBERED_MS);
      await log.forgetKeys(nowMs - KEYS_MS);
    });
  }
  await step('compacting', () => compaction(nowMs, { isBusy }));
  await step('archiving', () => archiving(nowMs, async () => isStopping));
  await step('giving back room', async () => {
    const idle = !(await isBusy());
    log.tidy({ idle });
    rollups.tidy({ idle });
  });
  if (failed === 0) post({ kind: 'kept' });
};

let lastEvaluation = 0;

/** Whenever it is due and nothing waits, so also where something comes in every second and housekeeping finds no pause. */
const evaluation = async () => {
  const nowMs = Date.now();
  if (nowMs - lastEvaluation < EVALUATION_MS) return;
  lastEvaluation = nowMs;
  await evaluate(nowMs).catch((error) => post({ kind: 'failed', what: 'evaluating', error: textOf(error) }));
};

const textOf = (error: unknown) => (error instanceof Error && error.stack) || String(error);

let failures = 0;
for (;;) {
  const startedMs = Date.now();
  let taken = 0;
  try {
    taken = await round(startedMs);
    if (taken > 0) post({ kind: 'rolled', batches: taken, atMs: Date.now(), series: guard.seriesOn(Date.now()) });
    if (taken === 0 ? !isStopping : startedMs - lastHousekeeping > LONGEST_WITHOUT_MS) await housekeeping();
    failures = 0;
  } catch (error) {
    failures++;
    post({ kind: 'failed', what: 'rolling up', error: textOf(error) });
    if (isStopping) break;
    await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures));
    continue;
  }
  if (isStopping && taken === 0) break;
  const waiting = await log.backlog();
  if (waiting > BUSY_BATCHES || isStopping) continue;
  await evaluation();
  await estimate().catch((error) => post({ kind: 'failed', what: 'estimating costs', error: textOf(error) }));
  const sinceMs = Date.now() - startedMs;
  if (taken > 0 && sinceMs < ROUND_MS) await new Promise((resolve) => setTimeout(resolve, ROUND_MS - sinceMs));
  else if (taken === 0) await pause(HOUSEKEEPING_MS);
}
ports.close();
post({ kind: 'stopped' });
parentPort!.close(); // an open port keeps the thread alive
