import { describe, expect, it } from 'vitest';
import type { BatchLog } from '../../core/ports.ts';
import { type Batch, emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';

/** A batch of `size` events; ids are hex digests, as the door makes them. */
export const aBatch = (n: number, size = 1): Batch => ({
  id: n.toString(16).padStart(64, '0'),
  receivedAt: 1_763_000_000_000 + n,
  content: {
    ...emptyContent(),
    events: Array.from({ length: size }, (_, i) => ({
      kind: 'inference',
      timestamp: 1_763_000_000_000 + n + i,
      deployment: `deployment-${i % 3}`,
      latencyMs: 12.5 + i,
      status: 'ok',
      client: 'Zoë 🚀',
    })),
  },
});

/** What a request with this batch appends. */
export const anEntry = (n: number, size = 1) => ({
  batch: aBatch(n, size),
  fingerprint: 'f0'.repeat(32),
  receipt: { batchId: aBatch(n).id, accepted: size, rejected: 2 },
});

/** Looks into a log past its port: the batch that is kept under an id, undefined = none. */
export type Kept = (id: string) => Promise<Batch | undefined>;

/** What every log keeps of `append`. */
export const appendContract = (name: string, make: () => Promise<{ log: Pick<BatchLog, 'append'>; kept: Kept }>) =>
  describe(`BatchLog.append: ${name}`, () => {
    it('keeps what was appended, as it came', async () => {
      const { log, kept } = await make();

      for (const n of [3, 1, 2]) expect(await log.append(anEntry(n, n))).toEqual({ kind: 'appended' });

      for (const n of [1, 2, 3]) expect(await kept(aBatch(n).id)).toEqual(aBatch(n, n));
      expect(await kept(aBatch(4).id)).toBeUndefined();
    });

    it('answers a retry with the first receipt, and keeps nothing', async () => {
      const { log, kept } = await make();
      await log.append(anEntry(1));

      const retry = { ...anEntry(1, 7), receipt: { batchId: aBatch(1).id, accepted: 77, rejected: 0 } };

      expect(await log.append(retry)).toEqual({ kind: 'duplicate', receipt: anEntry(1).receipt });
      expect(await kept(aBatch(1).id)).toEqual(aBatch(1));
    });

    it('refuses the same id with another fingerprint', async () => {
      const { log, kept } = await make();
      await log.append(anEntry(1));

      expect(await log.append({ ...anEntry(1, 7), fingerprint: 'aa' })).toEqual({ kind: 'conflict' });
      expect(await kept(aBatch(1).id)).toEqual(aBatch(1));
    });

    it('keeps one of many that come at the same moment with one id', async () => {
      const { log, kept } = await make();

      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => log.append(anEntry(i % 4))));

      expect(answers.filter(({ kind }) => kind === 'appended')).toHaveLength(4);
      expect(answers.filter(({ kind }) => kind === 'duplicate')).toHaveLength(16);
      for (const n of [0, 1, 2, 3]) expect(await kept(aBatch(n).id)).toEqual(aBatch(n));
    });

    it('takes an id that is no digest, and an empty batch', async () => {
      const { log, kept } = await make();
      const batch = { id: 'my key: Zoë/1', receivedAt: 5, content: emptyContent() };

      await log.append({ batch, fingerprint: 'not hex', receipt: { batchId: batch.id, accepted: 0, rejected: 0 } });

      expect(await kept(batch.id)).toEqual(batch);
    });

    it('keeps a body as it was sent, where it is told that this makes the same events', async () => {
      const { log, kept } = await make();
      const call = { kind: 'inference', deployment: 'chat', latencyMs: 1, status: 'ok' } as const;
      const asSent = Buffer.from(JSON.stringify([{ ...call, timestamp: '2026-03-04T00:00:00Z' }]));
      const events: ModelEvent[] = [{ ...call, timestamp: Date.parse('2026-03-04'), source: 'event' }];
      const batch: Batch = { id: 'ab', receivedAt: 5, content: { ...emptyContent(), events } };

      await log.append({ batch, fingerprint: 'aa', receipt: { batchId: 'ab', accepted: 1, rejected: 0 }, asSent });

      expect(await kept('ab')).toEqual(batch);
    });
  });

/** What a log also keeps that hands out the batches itself. */
export const batchLogContract = (name: string, make: () => Promise<BatchLog>) =>
  describe(`BatchLog: ${name}`, () => {
    it('gives back what was appended, oldest first', async () => {
      const log = await make();

      for (const n of [3, 1, 2]) expect(await log.append(anEntry(n, n))).toEqual({ kind: 'appended' });

      expect(await log.unrolled(1000)).toEqual([aBatch(3, 3), aBatch(1, 1), aBatch(2, 2)]);
      expect(await log.backlog()).toBe(3);
    });

    it('says since when the oldest batch waits, and nothing once none does', async () => {
      const log = await make();
      expect(await log.oldestWaitingMs()).toBeUndefined();
      for (const n of [1, 2]) await log.append(anEntry(n));
      expect(await log.oldestWaitingMs()).toBe(aBatch(1).receivedAt);

      await log.markRolled([aBatch(1).id]);
      expect(await log.oldestWaitingMs()).toBe(aBatch(2).receivedAt);

      await log.markRolled([aBatch(2).id]);
      expect(await log.oldestWaitingMs()).toBeUndefined();
    });

    it('starts empty', async () => {
      const log = await make();

      expect(await log.unrolled(10)).toEqual([]);
      expect(await log.backlog()).toBe(0);
    });

    it('still knows a batch after it was rolled up', async () => {
      const log = await make();
      await log.append(anEntry(1));
      await log.markRolled([aBatch(1).id]);

      expect(await log.append(anEntry(1))).toMatchObject({ kind: 'duplicate' });
      expect(await log.unrolled(10)).toEqual([]);
    });

    it('gives as many batches as hold the items asked for, and at least one', async () => {
      const log = await make();
      for (const n of [1, 2, 3]) await log.append(anEntry(n, 10));

      const sizes = async (maxItems: number) => (await log.unrolled(maxItems)).length;

      expect([await sizes(1), await sizes(19), await sizes(20), await sizes(30)]).toEqual([1, 1, 2, 3]);
    });

    it('marks batches as rolled up, again and again, and ignores those it never saw', async () => {
      const log = await make();
      for (const n of [1, 2, 3]) await log.append(anEntry(n));

      await log.markRolled([aBatch(1).id, aBatch(3).id]);
      await log.markRolled([aBatch(1).id, aBatch(99).id]);
      await log.markRolled([]);

      expect(await log.unrolled(10)).toEqual([aBatch(2)]);
      expect(await log.backlog()).toBe(1);
    });
  });
