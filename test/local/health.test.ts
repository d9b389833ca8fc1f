import { describe, expect, it } from 'vitest';
import { LOCAL_PRINCIPAL } from '../../adapters/http/access.ts';
import { healthOf } from '../../adapters/local/health.ts';
import { trafficMeter } from '../../adapters/local/traffic.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

describe('health', () => {
  it('is degraded while an accepted request waits for more than a minute, even if others are rolled up', async () => {
    const log = memoryBatchLog();
    const health = healthOf({ traffic: trafficMeter(), startedMs: 0, log, folded: async () => [] });
    health.stop();
    const arrivedMs = aBatch(1).receivedAt;
    const report = (afterS: number) => health.report(LOCAL_PRINCIPAL, arrivedMs + afterS * 1000);

    expect(await report(0)).toMatchObject({ status: 'ok', backlogBatches: 0, oldestWaitingS: 0 });
    await log.append(anEntry(1));
    health.tell({ kind: 'rolled', batches: 1, atMs: arrivedMs + 60_000, series: 1 });
    expect(await report(60)).toMatchObject({ status: 'ok', backlogBatches: 1, oldestWaitingS: 60 });
    expect(await report(61)).toMatchObject({ status: 'degraded', oldestWaitingS: 61 });
    expect(await health.report(undefined, arrivedMs + 61_000)).toEqual({ status: 'degraded' });
    await log.markRolled([aBatch(1).id]);
    expect(await report(3600)).toMatchObject({ status: 'ok', backlogBatches: 0, oldestWaitingS: 0 });
  });

  it('tells of a failure until the work behind the door succeeds again', async () => {
    const health = healthOf({ traffic: trafficMeter(), startedMs: 0, log: memoryBatchLog(), folded: async () => [] });
    health.stop();
    const report = () => health.report(LOCAL_PRINCIPAL, 0);

    health.tell({ kind: 'failed', what: 'archiving', error: 'Error: disk full\n  at archive' });
    expect(await report()).toMatchObject({ status: 'degraded', problem: 'Error: disk full' });
    health.tell({ kind: 'kept' });
    expect(await report()).toMatchObject({ status: 'ok' });
  });
});
