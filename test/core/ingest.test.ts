import { describe, expect, it } from 'vitest';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import type { Principal } from '../../core/ports.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { Decoded } from '../../core/telemetry/decoded.ts';
import { ingest } from '../../core/usecases/ingest.ts';

const writer: Principal = { id: 'local', roles: ['writer'], teams: [] };
const event = { kind: 'activity' as const, user: 'u', action: 'a', timestamp: 1 };
const decoded = (more: Partial<Decoded> = {}): Decoded => ({
  content: { ...emptyContent(), events: [event] },
  accepted: 1,
  rejected: [],
  noted: [],
  ...more,
});
const request = { decoded: decoded(), receivedAt: 1, id: 'b1', fingerprint: 'f1' };

describe('ingest', () => {
  it('keeps a request and says how much of it', async () => {
    const log = memoryBatchLog();
    const some = { ...request, decoded: decoded({ rejected: [{ index: 1, path: '', message: 'bad' }] }) };

    expect(await ingest({ log })(writer, some)).toEqual({ batchId: 'b1', accepted: 1, rejected: 1 });

    expect(await log.unrolled(10)).toEqual([{ id: 'b1', receivedAt: 1, content: some.decoded.content }]);
  });

  it('tells a retry what it told the first, and keeps it once', async () => {
    const log = memoryBatchLog();
    await ingest({ log })(writer, request);

    const retry = { ...request, receivedAt: 2, decoded: decoded({ accepted: 7 }) };

    expect(await ingest({ log })(writer, retry)).toEqual({ batchId: 'b1', accepted: 1, rejected: 0, duplicate: true });
    expect(await log.backlog()).toBe(1);
  });

  it('refuses another request under the same id', async () => {
    const log = memoryBatchLog();
    await ingest({ log })(writer, request);

    await expect(ingest({ log })(writer, { ...request, fingerprint: 'f2' })).rejects.toMatchObject({
      code: 'keyReused',
    });
  });

  it('refuses a request of which nothing is right, with what is wrong', async () => {
    const rejected = [{ index: 0, path: '/kind', message: 'bad' }];
    const bad = { ...request, decoded: { ...decoded({ rejected }), accepted: 0 } };

    const outcome = ingest({ log: memoryBatchLog() })(writer, bad);

    await expect(outcome).rejects.toMatchObject({ code: 'invalidInput', problems: rejected });
  });

  it('keeps nothing of an export that holds nothing', async () => {
    const log = memoryBatchLog();

    const receipt = await ingest({ log })(writer, { ...request, decoded: decoded({ accepted: 0 }) });

    expect(receipt).toMatchObject({ accepted: 0, rejected: 0 });
    expect(await log.backlog()).toBe(0);
  });

  it('is for writers', async () => {
    const reader: Principal = { id: 'r', roles: ['reader'], teams: [] };

    await expect(ingest({ log: memoryBatchLog() })(reader, request)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
