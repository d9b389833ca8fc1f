import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDataFolder, pathsIn } from '../../adapters/local/dataFolder.ts';
import { localPorts } from '../../adapters/local/ports.ts';
import type { ArchiveKind } from '../../core/ports.ts';
import { type Batch, type BatchContent, emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { ARCHIVE_DEFAULTS, archiveBatches } from '../../core/usecases/archiveBatches.ts';

const NOON = Date.UTC(2025, 10, 20, 12);
const DAY = 86_400_000;
const ever = { fromMs: 0, toMs: NOON * 2 };

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

const aFolder = () => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-archive-'));
  cleanUps.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
const open = (dir = aFolder()) => {
  const folder = openDataFolder(dir);
  const ports = localPorts(dir);
  cleanUps.push(() => {
    ports.close();
    folder.close();
  });
  const append = async (n: number, content: Partial<BatchContent>): Promise<Batch> => {
    const batch = {
      id: n.toString(16).padStart(64, '0'),
      receivedAt: NOON + n,
      content: { ...emptyContent(), ...content },
    };
    await ports.batchLog.append({ batch, fingerprint: 'aa', receipt: { batchId: batch.id, accepted: 1, rejected: 0 } });
    return batch;
  };
  const rolled = async (n: number, content: Partial<BatchContent>) => {
    const { id } = await append(n, content);
    await ports.batchLog.markRolled([id]);
  };
  const read = async (kind: ArchiveKind, query: { fromMs?: number; toMs?: number; limit?: number } = {}) => {
    const found: Record<string, unknown>[] = [];
    for await (const record of ports.archive.read({ kind, ...ever, ...query })) found.push(record);
    return found;
  };
  return { ...ports, dir, append, rolled, read };
};

const call = (timestamp: number, more: object = {}): ModelEvent =>
  ({ kind: 'inference', timestamp, deployment: 'chat', latencyMs: 12.3, status: 'ok', ...more }) as ModelEvent;
const calls = (count: number, startMs = NOON) => Array.from({ length: count }, (_, i) => call(startMs + i));
const parquetFiles = (dir: string) =>
  readdirSync(pathsIn(dir).archive, { recursive: true }).filter((name) => String(name).endsWith('.parquet'));
/** Makes all files look as if written then. */
const age = (dir: string, ms: number) => {
  for (const name of parquetFiles(dir)) utimesSync(join(pathsIn(dir).archive, String(name)), ms / 1000, ms / 1000);
};

const EVENTS: ModelEvent[] = [
  call(NOON, {
    id: 'e1',
    model: 'gpt',
    inputTokens: 9_007_199_254_740_991,
    coldStart: false,
    features: { age: 41.5, country: 'Ελλάς', isNew: true },
    prediction: 'positive',
    confidence: 0.25,
    attributes: { nested: { deep: [1, null, 'x'] }, "quote'd": '"', newline: 'a\nb' },
  }),
  call(NOON + 1, { prediction: 7, latencyMs: 1e-9 }),
  call(NOON + 2, { prediction: true, latencyMs: 1.5e300, client: '' }),
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

describe('the Parquet archive', () => {
  for (const where of ['before', 'after'] as const) {
    it(`gives back all kinds of records as they came, ${where} they are in files`, async () => {
      const { archive, rolled, read } = open();
      await rolled(1, { events: EVENTS, spans: [SPAN], logs: [LOG, { ...LOG, timestamp: NOON + 1, body: 'text' }] });

      if (where === 'after') expect(await archive.add({ maxItems: 1 })).toBe(11);

      for (const kind of ['inference', 'outcome', 'training', 'deployment', 'activity', 'security'] as const) {
        expect(await read(kind)).toEqual(EVENTS.filter((event) => event.kind === kind));
      }
      expect(await read('span')).toEqual([SPAN]);
      expect((await read('log')).map(({ body }) => body)).toEqual([{ text: 'hello' }, 'text']);
    });
  }

  it('reads every record once, whether its batch is archived, rolled up or new', async () => {
    const { archive, append, rolled, read } = open();
    await rolled(1, { events: calls(10) });
    await rolled(2, { events: calls(10, NOON + 10) });
    await archive.add({ maxItems: 10 });
    await append(3, { events: calls(10, NOON + 20) });

    const times = (await read('inference')).map(({ timestamp }) => timestamp);

    expect(times).toEqual(Array.from({ length: 30 }, (_, i) => NOON + i));
    expect(await archive.waiting()).toEqual({ items: 10, oldestMs: NOON + 2 });
  });

  it('reads a stretch of time, end excluded, and no more than asked for', async () => {
    const { archive, rolled, read } = open();
    await rolled(1, { events: [...calls(5), ...calls(5, NOON + DAY)] });
    await archive.add({ maxItems: 100 });

    const times = async (query: object) => (await read('inference', query)).map(({ timestamp }) => timestamp);

    expect(await times({ fromMs: NOON + 1, toMs: NOON + 3 })).toEqual([NOON + 1, NOON + 2]);
    expect(await times({ fromMs: NOON + 4, limit: 2 })).toEqual([NOON + 4, NOON + DAY]);
    expect(await times({ toMs: 5 })).toEqual([]);
    expect(await times({ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY })).toHaveLength(10);
  });

  it('takes a rolled-up batch without records out of the log', async () => {
    const { archive, rolled } = open();
    await rolled(1, { samples: [{ metric: 'm', kind: 'gauge', labels: {}, timestamp: NOON, value: 1 }] });

    expect(await archive.add({ maxItems: 10 })).toBe(1);

    expect(await archive.waiting()).toEqual({ items: 0, oldestMs: null });
    expect(await archive.partitions()).toEqual([]);
  });

  it('leaves what is not rolled up in the log', async () => {
    const { archive, append, batchLog } = open();
    await append(1, { events: calls(1) });

    expect(await archive.add({ maxItems: 10 })).toBe(0);

    expect(await batchLog.backlog()).toBe(1);
  });

  it('still answers a retry after its batch was archived', async () => {
    const { archive, rolled, append, batchLog } = open();
    await rolled(1, { events: calls(1) });
    await archive.add({ maxItems: 10 });

    await append(1, { events: calls(1) });

    expect(await batchLog.backlog()).toBe(0);
  });

  it('files records by kind and day, and merges small files of a day without losing or doubling', async () => {
    const { archive, rolled, read, dir } = open();
    for (let n = 0; n < 4; n++) {
      await rolled(n, { events: [...calls(3, NOON + n * 10), ...calls(2, NOON + DAY + n * 10)] });
      await archive.add({ maxItems: 1 });
    }
    const before = await read('inference');

    await archive.merge({ kind: 'inference', day: '2025-11-20', belowRecords: 1000, nowMs: 5 });

    expect(await archive.partitions()).toEqual([
      { kind: 'inference', day: '2025-11-20', files: [12] },
      { kind: 'inference', day: '2025-11-21', files: [2, 2, 2, 2] },
    ]);
    expect(await read('inference')).toEqual(before);
    expect(parquetFiles(dir)).toHaveLength(9);
    await archive.sweep({ beforeMs: 6 });
    expect(parquetFiles(dir)).toHaveLength(5);
    expect(await read('inference')).toEqual(before);
  });

  it('expires whole days, but of those only what was written before', async () => {
    const { archive, rolled, read, dir } = open();
    await rolled(1, { events: [...calls(3, NOON - DAY), ...calls(2)] });
    await archive.add({ maxItems: 10 });
    age(dir, NOON - DAY);
    await rolled(2, { events: calls(4, NOON - DAY) });
    await archive.add({ maxItems: 10 });

    expect(await archive.expire({ day: '2025-11-20', nowMs: 5 })).toBe(1);

    expect(await read('inference')).toHaveLength(2 + 4);
  });

  it('does not keep records for longer because their files were merged', async () => {
    const { archive, rolled, read, dir } = open();
    for (const n of [1, 2]) {
      await rolled(n, { events: calls(n, NOON - DAY) });
      await archive.add({ maxItems: 10 });
    }
    age(dir, NOON - DAY);
    await archive.merge({ kind: 'inference', day: '2025-11-19', belowRecords: 10, nowMs: 5 });

    expect(await archive.expire({ day: '2025-11-20', nowMs: 5 })).toBe(1);

    expect(await read('inference')).toEqual([]);
  });

  it('archives strings that are no proper text, with the broken part replaced', async () => {
    const { archive, rolled, read } = open();
    await rolled(1, {
      events: [
        call(NOON, {
          client: 'half \ud83d pair',
          team: 'nul \u0000 char',
          attributes: { path: 'C:\\ud83d', ok: '🚀' },
        }),
      ],
    });

    await archive.add({ maxItems: 10 });

    expect(await read('inference')).toMatchObject([
      { client: 'half \ufffd pair', team: 'nul \u0000 char', attributes: { path: 'C:\\ud83d', ok: '🚀' } },
    ]);
  });

  it('archives a record of several megabytes', async () => {
    const { archive, rolled, read } = open();
    const big = 'x'.repeat(3_000_000);
    await rolled(1, { events: [call(NOON, { attributes: { big } })] });

    await archive.add({ maxItems: 10 });

    expect(await read('inference')).toMatchObject([{ attributes: { big } }]);
  });

  it('exports a stretch of time as one Parquet file', async () => {
    const { archive, append, rolled, dir } = open();
    await rolled(1, { events: calls(5) });
    await archive.add({ maxItems: 10 });
    await append(2, { events: calls(5, NOON + 100) });
    const path = join(dir, "it's.parquet");

    expect(await archive.exportParquet({ kind: 'inference', ...ever, path })).toBe(10);

    expect(statSync(path).size).toBeGreaterThan(100);
  });

  it('removes at the next start what a killed process left', async () => {
    const dir = aFolder();
    const { archive, rolled } = open(dir);
    await rolled(1, { events: calls(5) });
    await archive.add({ maxItems: 10 });
    writeFileSync(join(pathsIn(dir).archive, 'kind=inference', 'day=2025-11-20', 'orphan.parquet'), 'half');
    for (const cleanUp of cleanUps.splice(1)) cleanUp();

    const { read } = open(dir);

    expect(parquetFiles(dir)).toHaveLength(1);
    expect(await read('inference')).toHaveLength(5);
  });
});

describe('archiving', () => {
  const options = { ...ARCHIVE_DEFAULTS, minItems: 10, mergeFrom: 2 };

  it('waits until there is enough, or something is old enough', async () => {
    const { archive, batchLog, rolled } = open();
    const run = archiveBatches({ archive, batchLog, options });
    await rolled(1, { events: calls(5) });
    expect(await run(NOON + 2)).toEqual({ archived: 0, merged: 0, expired: 0 });

    await rolled(2, { events: calls(5) });
    expect((await run(NOON + 2)).archived).toBe(10);

    await rolled(3, { events: calls(1) });
    expect((await run(NOON + 2)).archived).toBe(0);
    expect((await run(NOON + 3 + options.maxWaitMs)).archived).toBe(1);
  });

  it('stands back while batches wait to be rolled up, but not for ever', async () => {
    const { archive, batchLog, rolled, append } = open();
    const run = archiveBatches({ archive, batchLog, options });
    await append(1, { events: calls(1) });
    await rolled(2, { events: calls(70) });
    expect((await run(NOON)).archived).toBe(0);

    await rolled(3, { events: calls(10) });
    expect((await run(NOON)).archived).toBeGreaterThan(0);
  });

  it('merges the small files of a day and expires old days', async () => {
    const { archive, batchLog, rolled, read, dir } = open();
    const run = archiveBatches({ archive, batchLog, options });
    await rolled(1, { events: [...calls(10), ...calls(1, NOON - 91 * DAY)] });
    expect(await run(NOON)).toMatchObject({ archived: 11, expired: 0 });
    age(dir, NOON - 91 * DAY);
    await rolled(2, { events: calls(10) });

    expect(await run(NOON)).toEqual({ archived: 10, merged: 1, expired: 1 });
    expect(await read('inference')).toHaveLength(20);
  });
});
