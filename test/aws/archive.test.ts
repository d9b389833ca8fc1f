import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { s3BlockBytes } from '../../adapters/aws/s3BlockBytes.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { type ArchiveWorld, addAll, archiveWorld, call, calls, NOON } from './archiveWorld.ts';
import { startMemoryS3 } from './memoryS3.ts';
import { hasMoto, type Service, startDynalite, startMoto } from './services.ts';

const DAY = 86_400_000;
const FUTURE = '2099-01-01';

const EVENTS: ModelEvent[] = [
  call(NOON, {
    id: 'e1',
    model: 'gpt',
    payloadBytes: 999_999_999_999,
    inputTokens: 4_294_967_295,
    coldStart: false,
    features: { age: 41.5, country: 'Ελλάς', isNew: true },
    prediction: 'positive',
    confidence: 0.25,
    attributes: { nested: { deep: [1, null, 'x'] }, "quote'd": '"', newline: 'a\nb' },
  }),
  call(NOON + 1, { prediction: 7, latencyMs: 1e-9 }),
  call(NOON + 2, { prediction: true, latencyMs: 1.5e300, client: '🚀 \u{1F600}' }),
  { kind: 'outcome', timestamp: NOON, deployment: 'chat', predicted: 1.5, actual: 'one', valueUsd: -3 },
  { kind: 'training', timestamp: NOON, job: 'j', status: 'failed', epoch: 3, loss: 0.5 },
  { kind: 'deployment', timestamp: NOON, deployment: 'chat', action: 'rolledBack', previousVersion: 'v2' },
  { kind: 'activity', timestamp: NOON, user: 'ann', action: 'login' },
  { kind: 'security', timestamp: NOON, category: 'threat', outcome: 'detected', riskScore: 0.9 },
];
const SPAN = {
  traceId: 't',
  spanId: 's',
  name: 'chat',
  kind: 'client',
  timestamp: NOON + 0.25,
  durationMs: 1.125,
  status: 'ok',
  resource: { 'service.name': 'web' },
  attributes: { 'gen_ai.system': 'openai', n: 1 },
  events: [{ name: 'first token', timestamp: NOON + 0.5, attributes: {} }],
};
const LOG = { timestamp: NOON, severity: 'INFO', body: { text: 'hello' }, resource: {}, attributes: { a: [1] } };

interface Stand {
  s3: Service;
  dynamo: Service;
}

/** @param isAtomic transactions are seen whole or not at all by those who read meanwhile */
const archiveOn = (name: string, isAtomic: boolean, start: () => Promise<Stand>) =>
  describe(`the archive on ${name}`, () => {
    let services: Stand;
    const world = (): Promise<ArchiveWorld> =>
      archiveWorld({ s3: services.s3.endpoint, dynamo: services.dynamo.endpoint });
    beforeAll(async () => {
      services = await start();
    }, 60_000);
    afterAll(() => Promise.all([services?.s3.stop(), services?.dynamo.stop()]));

    for (const where of ['before', 'after'] as const) {
      it(`gives back all kinds of records as they came, ${where} they are in files`, async () => {
        const { archive, rolled, read, jobs } = await world();
        await rolled({ events: EVENTS, spans: [SPAN], logs: [LOG, { ...LOG, timestamp: NOON + 1, body: 'text' }] });

        if (where === 'after') expect(await addAll(archive)).toBe(11);

        expect(await jobs.waiting()).toHaveLength(where === 'after' ? 0 : 1);
        for (const kind of ['inference', 'outcome', 'training', 'deployment', 'activity', 'security'] as const)
          expect(await read(kind)).toEqual(EVENTS.filter((event) => event.kind === kind));
        expect(await read('span')).toEqual([SPAN]);
        expect((await read('log')).map(({ body }) => body)).toEqual([{ text: 'hello' }, 'text']);
      });
    }

    it('reads every record once and by time, whether its batch is in files or waits', async () => {
      const { archive, rolled, read } = await world();
      await rolled({ events: calls(10, NOON + 20) }, { events: calls(10) });
      await addAll(archive);
      await rolled({ events: calls(10, NOON + 10) });

      const times = (await read('inference')).map(({ timestamp }) => timestamp);

      expect(times).toEqual(Array.from({ length: 30 }, (_, i) => NOON + i));
    });

    it('takes part of the batches that were rolled up together, and the rest later', async () => {
      const { archive, rolled, read, jobs } = await world();
      const ids = await rolled(
        { events: calls(10) },
        { events: calls(10, NOON + 10) },
        { events: calls(5, NOON + 20) },
      );

      expect(await archive.add({ maxItems: 15 })).toEqual({ batches: 2, items: 20 });

      expect((await jobs.waiting()).flatMap(({ batchIds }) => batchIds)).toEqual(ids.slice(2));
      expect(await read('inference')).toHaveLength(25);
      expect(await archive.add({ maxItems: 15 })).toEqual({ batches: 1, items: 5 });
      expect(await archive.add({ maxItems: 15 })).toEqual({ batches: 0, items: 0 });
      expect(await read('inference')).toHaveLength(25);
    });

    it('reads a stretch of time, end excluded, and no more than asked for', async () => {
      const { archive, rolled, read } = await world();
      await rolled({ events: [...calls(5), ...calls(5, NOON + DAY)] });
      await addAll(archive);

      const times = async (query: object) => (await read('inference', query)).map(({ timestamp }) => timestamp);

      expect(await times({ fromMs: NOON + 1, toMs: NOON + 3 })).toEqual([NOON + 1, NOON + 2]);
      expect(await times({ fromMs: NOON + 4, limit: 2 })).toEqual([NOON + 4, NOON + DAY]);
      expect(await times({ toMs: 5 })).toEqual([]);
      expect(await times({ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY })).toHaveLength(10);
    });

    it('takes batches without records, and batches that were deleted, off the list', async () => {
      const { archive, rolled, read, jobs, gone, client, table } = await world();
      await rolled({ samples: [{ metric: 'm', kind: 'gauge', labels: {}, timestamp: NOON, value: 1 }] });
      const entry = { pk: 'archive', sk: '999999999999999#x', batchIds: ['feed'] };
      await client.send(new PutCommand({ TableName: table, Item: entry }));

      expect(await addAll(archive)).toBe(1);

      expect(await jobs.waiting()).toEqual([]);
      expect(await read('inference')).toEqual([]);
      expect(gone).toEqual(['feed']);
    });

    it('takes what a roll-up leaves, in the order it was rolled up', async () => {
      const { archive, batchLog, client, table, s3, bucket, read, jobs } = await world();
      const rollups = dynamoRollupStore({ client, table, bytes: s3BlockBytes({ client: s3, bucket }) });
      for (const [n, id] of ['0b', '0a'].entries()) {
        const batch = { id, receivedAt: NOON, content: { ...emptyContent(), events: calls(3, NOON + n * 3) } };
        await batchLog.append({ batch, fingerprint: 'aa', receipt: { batchId: id, accepted: 3, rejected: 0 } });
        await rollups.apply({ batchIds: [id], blocks: [], nowMs: NOON + n });
      }

      expect((await jobs.waiting()).map(({ batchIds }) => batchIds)).toEqual([['0b'], ['0a']]);
      expect(await addAll(archive)).toBe(6);
      expect(await read('inference')).toEqual(calls(6));
    });

    it('files records by kind and day under the name of their job', async () => {
      const { archive, rolled, allFiles, jobs } = await world();
      await rolled({ events: [...calls(2), ...calls(1, NOON - 3 * DAY), EVENTS[3]!], spans: [SPAN] });

      await addAll(archive);

      const { fileId } = (await jobs.last())!;
      expect((await allFiles()).map(({ key }) => key).sort()).toEqual([
        `archive/kind=inference/day=2025-11-17/${fileId}.parquet`,
        `archive/kind=inference/day=2025-11-20/${fileId}.parquet`,
        `archive/kind=outcome/day=2025-11-20/${fileId}.parquet`,
        `archive/kind=span/day=2025-11-20/${fileId}.parquet`,
      ]);
    });

    it('expires days before a day, but of those only what was written before it', async () => {
      const { archive, rolled, read } = await world();
      await rolled({ events: [...calls(3, NOON - DAY), ...calls(2)], spans: [SPAN] });
      await addAll(archive);

      expect(await archive.expire({ day: '2025-11-20', nowMs: NOON })).toBe(0); // written now, years later
      expect(await archive.expire({ day: FUTURE, nowMs: NOON })).toBe(3);

      expect(await read('inference')).toEqual([]);
      expect(await archive.expire({ day: FUTURE, nowMs: NOON })).toBe(0);
    });

    it('archives strings that are no proper text, with the broken part replaced', async () => {
      const { archive, rolled, read } = await world();
      const attributes = { half: '\ud83d', path: 'C:\\ud83d', ok: '🚀' };
      await rolled({ events: [call(NOON, { client: 'half \ud83d pair', team: 'nul \u0000 char', attributes })] });

      await addAll(archive);

      expect(await read('inference')).toMatchObject([
        { client: 'half \ufffd pair', team: 'nul \u0000 char', attributes: { ...attributes, half: '\ufffd' } },
      ]);
    });

    it('archives a record of several megabytes', async () => {
      const { archive, rolled, read } = await world();
      const big = Array.from({ length: 3_000 }, (_, i) => `${i}`.padStart(1_000, 'x')).join();
      await rolled({ events: [call(NOON, { attributes: { big } })] });

      await addAll(archive);

      expect(await read('inference')).toMatchObject([{ attributes: { big } }]);
    });

    it.skipIf(!isAtomic)('never shows a record twice or not at all while several write and others read', async () => {
      const w = await world();
      for (let i = 0; i < 6; i++)
        await w.rolled({ events: calls(7, NOON + i * 7) }, { events: calls(3, NOON + 100 + i * 3) });
      const all = (await w.read('inference')).map(({ id }) => id);
      let isWriting = true;

      const writing = Promise.all(Array.from({ length: 3 }, () => addAll(w.archive, 12)));
      writing.finally(() => {
        isWriting = false;
      });
      const seen: unknown[][] = [];
      while (isWriting) {
        const records = await w.read('inference').catch((error) => error.code);
        if (records !== 'overloaded') seen.push(records.map(({ id }: { id: unknown }) => id));
      }
      await writing;

      for (const ids of seen) expect(ids).toEqual(all);
      expect((await w.read('inference')).map(({ id }) => id)).toEqual(all);
      expect(await w.jobs.waiting()).toEqual([]);
    });
  });

archiveOn('dynalite and S3 in memory', true, async () => ({
  s3: await startMemoryS3({ pageSize: 2 }),
  dynamo: await startDynalite(),
}));
describe.skipIf(!hasMoto)('where moto is found', () => {
  archiveOn('moto', false, async () => {
    const moto = await startMoto();
    return { s3: moto, dynamo: moto };
  });
});
