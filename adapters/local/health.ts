import { isBound } from '../../core/access/teams.ts';
import type { BatchLog, Principal } from '../../core/ports.ts';
import type { FromBackground } from './background.ts';
import type { TrafficMeter } from './traffic.ts';

export const VERSION = '0.1.0';
const LOOK_MS = 1_000;
/** What was accepted is rolled up within seconds: when a batch has waited for this long, something is wrong. */
const DEGRADED_AFTER_S = 60;

/** What `GET /healthz` says: liveness, how far the rollups are behind, and what comes in. */
export const healthOf = (of: {
  traffic: TrafficMeter;
  startedMs: number;
  log: Pick<BatchLog, 'backlog' | 'oldestWaitingMs'>;
  /** Values over the limits of cardinality, by family and dimension. */
  folded: () => Promise<Record<string, string | number>[]>;
}) => {
  let newestRollupMs: number | null = null;
  let series = 0;
  let waiting = 0;
  let failure: string | undefined;
  const timer = setInterval(async () => {
    waiting = await of.log.backlog().catch(() => waiting);
  }, LOOK_MS);
  timer.unref();

  return {
    tell(message: FromBackground) {
      if (message.kind === 'failed') failure = message.error.split('\n')[0];
      if (message.kind === 'kept') failure = undefined;
      if (message.kind !== 'rolled') return;
      newestRollupMs = message.atMs;
      series = message.series;
      failure = undefined;
    },
    backlog: () => waiting,
    /** For a caller we do not know (a load balancer), or who is bound to teams, no more than that we live: the rest is of all teams. */
    async report(principal: Principal | undefined, nowMs: number) {
      const backlogBatches = await of.log.backlog();
      const oldestMs = await of.log.oldestWaitingMs();
      const oldestWaitingS = oldestMs === undefined ? 0 : Math.max(0, Math.round((nowMs - oldestMs) / 1000));
      const rollupLagS = newestRollupMs === null ? null : Math.round((nowMs - newestRollupMs) / 1000);
      const status = failure !== undefined || oldestWaitingS > DEGRADED_AFTER_S ? 'degraded' : 'ok';
      if (!principal || isBound(principal)) return { status };
      return {
        status,
        ...(failure === undefined ? {} : { problem: failure }),
        version: VERSION,
        startedAt: new Date(of.startedMs).toISOString(),
        newestRollupMs,
        rollupLagS,
        backlogBatches,
        oldestWaitingS,
        series,
        folded: await of.folded(),
        ...of.traffic.snapshot(nowMs),
      };
    },
    stop: () => clearInterval(timer),
  };
};
