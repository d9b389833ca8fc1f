import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBlockBytes } from '../../adapters/aws/blockBytes.ts';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { rollupDirectory, unabsorbed } from '../../adapters/aws/rollups/directory.ts';
import { blockId, parseBlockId, segmentIds, segmentTimeMs } from '../../adapters/aws/rollups/segments.ts';
import type { NewBlock, RollupStore } from '../../core/ports.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { runs } from '../usecases/world.ts';
import { awsConfig, createTables, type Service, startDynalite } from './services.ts';

let service: Service;
let client: DynamoDBDocumentClient;
let made = 0;
beforeAll(async () => {
  service = await startDynalite();
  client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
});
afterAll(() => service?.stop());

/** Several stores over one table and one place for bytes, as functions that run at once have them. */
const stores = async (count: number, now?: () => number) => {
  const { rollups: table } = await createTables(client, `-${++made}`);
  const bytes = memoryBlockBytes();
  const all = Array.from({ length: count }, () => dynamoRollupStore({ client, table, bytes, ...(now && { now }) }));
  return { all, bytes, table };
};
const aBlock = (startMs: number, value: number, family = 'f'): NewBlock => {
  return { family, stepMs: MINUTE, startMs, bytes: Uint8Array.of(value) };
};
const everything = (family = 'f') => ({ family, stepMs: MINUTE, fromMs: 0, toMs: 1e15 });
const valuesOf = async (store: RollupStore, family = 'f') => {
  const listed = await store.list(everything(family));
  const read = await store.read(listed.map(({ id }) => id));
  return listed.map((block, i) => ({ ...block, value: read[i]![0]! }));
};
const sumOf = (blocks: readonly { value: number }[]) => blocks.reduce((sum, { value }) => sum + value, 0);
const itemsOf = async (table: string) => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [];

describe('ids of blocks', () => {
  it('say all there is to know of a block, whatever its family is named', () => {
    const placed = { segmentId: segmentIds(() => 5)(), stepMs: 1, startMs: 7, offset: 3, length: 4, index: 2 };

    for (const family of ['f', 'samples:a|b|1|2', 'samples:Zoë']) {
      expect(parseBlockId(blockId({ ...placed, family }))).toEqual({ ...placed, family });
    }
  });

  it('of segments are in the order they were made in, also within a millisecond', () => {
    let nowMs = Date.parse('2026-03-04');
    const newId = segmentIds(() => nowMs);
    const ids = Array.from({ length: 500 }, (_, i) => {
      nowMs += i % 10 === 0 ? 1 : 0;
      return newId();
    });

    expect(ids.toSorted()).toEqual(ids);
    expect(segmentTimeMs(ids.at(-1)!)).toBe(nowMs);
  });
});

describe('a reader between the two halves of the directory', () => {
  it('sees a block once, whose segment went long after it was absorbed and just after the reader saw it', async () => {
    let nowMs = Date.parse('2026-03-04');
    const { all, table } = await stores(1, () => nowMs);
    const store = all[0]!;
    const directory = rollupDirectory({ client, table });
    const compactDay = async (day: number) => {
      const blocks = await store.list({ ...everything(), fromMs: day * DAY, toMs: (day + 1) * DAY });
      await store.replace({ remove: blocks.map(({ id }) => id), add: [aBlock(day * DAY, 9)] });
    };
    await store.apply({ batchIds: ['b'], blocks: [aBlock(0, 1), aBlock(DAY, 1)], nowMs });
    await compactDay(0);
    nowMs += 2 * HOUR;
    await compactDay(1);

    const loose = await directory.loose();
    await store.tidy(nowMs);
    await compactDay(0); // by another function, and the reader goes on only now
    const days = await directory.days([0, DAY].map((dayMs) => ({ group: 'f', dayMs })));

    expect(loose).toHaveLength(1);
    expect(unabsorbed(loose, days)).toEqual([]);
  });

  it('costs no mark for ever: it goes with the first change that comes an hour after it was seen to be over', async () => {
    let nowMs = Date.parse('2026-03-04');
    const { all, table } = await stores(1, () => nowMs);
    const store = all[0]!;
    const compact = async () => {
      const blocks = await store.list(everything());
      await store.replace({ remove: blocks.map(({ id }) => id), add: [aBlock(0, 9)] });
    };
    const marks = async () =>
      (await rollupDirectory({ client, table }).days([{ group: 'f', dayMs: 0 }]))[0]!.absorbed.size;
    await store.apply({ batchIds: ['b'], blocks: [aBlock(0, 1)], nowMs });
    await compact();
    await store.tidy(nowMs);
    const counts = [await marks()];
    for (const passedMs of [2 * HOUR, HOUR / 2, HOUR]) {
      nowMs += passedMs;
      await compact();
      counts.push(await marks());
    }

    expect(counts).toEqual([1, 1, 1, 0]);
  });
});

describe('limits of DynamoDB', () => {
  it('let 90 batches through in one step, and refuse more by name instead of half', async () => {
    const { all } = await stores(1);
    const ids = Array.from({ length: 91 }, (_, i) => `b${i}`);

    expect(all[0]!.maxBatches).toBe(90);
    expect(await all[0]!.apply({ batchIds: ids.slice(1), blocks: [aBlock(0, 1)], nowMs: 5 })).toEqual([]);
    await expect(all[0]!.apply({ batchIds: ids, blocks: [], nowMs: 5 })).rejects.toMatchObject({ code: 'tooLarge' });
    expect(await all[0]!.applied(ids)).toHaveLength(90);
  });

  it('names those of many batches that were applied before', async () => {
    const { all } = await stores(1);
    await all[0]!.apply({ batchIds: ['b3', 'b7'], blocks: [], nowMs: 5 });

    const batchIds = Array.from({ length: 10 }, (_, i) => `b${i}`);

    expect(await all[0]!.apply({ batchIds, blocks: [aBlock(0, 1)], nowMs: 5 })).toEqual(['b3', 'b7']);
    expect(await valuesOf(all[0]!)).toEqual([]);
  });

  it('take an import of many thousand hours as several segments, in items well below 400 KB', async () => {
    const { all, table } = await stores(1);
    const blocks = Array.from({ length: 20_000 }, (_, i) => ({
      ...aBlock(i * HOUR, i % 256, `family${i % 7}`),
      bytes: new Uint8Array(1 + ((i * 7919) % 900)),
    }));

    expect(await all[0]!.apply({ batchIds: ['aa'], blocks, nowMs: 5 })).toEqual([]);

    const listed = await Promise.all(Array.from({ length: 7 }, (_, n) => all[0]!.list(everything(`family${n}`))));
    expect(listed.flat()).toHaveLength(20_000);
    const sizes = (await itemsOf(table)).map(({ entries }) => (entries as Uint8Array | undefined)?.byteLength ?? 0);
    expect(sizes.filter((size) => size > 0)).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
  });

  it('hold a day of thousands of metrics, hour by hour', async () => {
    const { all, table } = await stores(1);
    const metrics = Array.from({ length: 2_000 }, (_, n) => `samples:metric_${n}_total`);
    const blocks = metrics.flatMap((family, n) =>
      Array.from({ length: 24 }, (_, hour) => ({
        ...aBlock(hour * HOUR, n % 256, family),
        bytes: new Uint8Array(1 + ((n * 7919 + hour * 104_729) % 900)),
      })),
    );

    expect(await all[0]!.replace({ remove: [], add: blocks })).toBe(true);

    expect(await all[0]!.list(everything(metrics[77]!))).toHaveLength(24);
    expect(await all[0]!.families()).toHaveLength(2_000);
    const sizes = (await itemsOf(table)).map(({ content }) => (content as Uint8Array | undefined)?.byteLength ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
  });
});

describe('stores that work on one table at once', () => {
  it('apply each batch once, and lose none, while others compact and tidy', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 4, maxLength: 8 }),
        fc.integer({ min: 0, max: 3 }),
        async (values, overlap) => {
          const { all } = await stores(4);
          const [one, other, compactor, rival] = all as [RollupStore, RollupStore, (typeof all)[0], (typeof all)[0]];
          const batches = values.map((value, i) => ({ id: `b${i}`, value }));
          /** Applies batches two at a time as the use case does: what was applied before is left out. */
          const applyAll = async (store: RollupStore, mine: typeof batches) => {
            for (let i = 0; i < mine.length; i += 2) {
              let waiting = mine.slice(i, i + 2);
              while (waiting.length > 0) {
                const done = await store.apply({
                  batchIds: waiting.map(({ id }) => id),
                  blocks: waiting.map(({ value }, n) => aBlock(n * HOUR, value)),
                  nowMs: 5,
                });
                waiting = done.length === 0 ? [] : waiting.filter(({ id }) => !done.includes(id));
              }
            }
          };
          const compactOnce = async (store: (typeof all)[0]) => {
            const blocks = await valuesOf(store);
            if (blocks.length > 1) {
              const add = [aBlock(0, sumOf(blocks))];
              await store.replace({ remove: blocks.map(({ id }) => id), add });
            }
            await store.tidy(Date.now());
          };

          await Promise.all([
            applyAll(one, batches),
            applyAll(other, batches.slice(overlap)),
            ...[compactor, rival, compactor].map(compactOnce),
          ]);

          const total = values.reduce((sum, value) => sum + value, 0);
          expect(sumOf(await valuesOf(one))).toBe(total);
          await compactOnce(rival);
          expect(sumOf(await valuesOf(other))).toBe(total);
          expect(await valuesOf(other)).toHaveLength(1);
        },
      ),
      runs(8, 50),
    );
  }, 120_000);

  it('compact one day once when two begin at the same moment', async () => {
    const { all } = await stores(2);
    await all[0]!.apply({ batchIds: ['aa'], blocks: [aBlock(0, 1), aBlock(0, 2)], nowMs: 5 });
    const [listed] = await Promise.all(all.map((store) => store.list(everything())));
    const change = { remove: listed!.map(({ id }) => id), add: [aBlock(0, 3)] };

    const done = await Promise.all(all.map((store) => store.replace(change)));

    expect(done.toSorted()).toEqual([false, true]);
    expect((await valuesOf(all[0]!)).map(({ value }) => value)).toEqual([3]);
  });

  it('keep what was added while a day was compacted, of other families and of the same', async () => {
    const { all } = await stores(2);
    await all[0]!.apply({ batchIds: ['aa'], blocks: [aBlock(0, 1), aBlock(0, 50, 'g')], nowMs: 5 });
    const before = await all[0]!.list(everything());
    await all[1]!.apply({ batchIds: ['bb'], blocks: [aBlock(0, 2), aBlock(0, 60, 'g')], nowMs: 6 });

    expect(await all[0]!.replace({ remove: before.map(({ id }) => id), add: [aBlock(0, 1)] })).toBe(true);

    expect((await valuesOf(all[1]!)).map(({ value, loose }) => [value, loose])).toEqual([
      [2, true],
      [1, false],
    ]);
    expect(sumOf(await valuesOf(all[1]!, 'g'))).toBe(110);
  });

  it('refuse a writer that took so long that its segment was given up', async () => {
    let nowMs = Date.now();
    const { all, bytes } = await stores(2, () => nowMs);
    const put = bytes.put;
    bytes.put = async (...segment) => {
      await put(...segment);
      nowMs += 2 * HOUR;
      await all[1]!.tidy(nowMs);
    };

    const slow = all[0]!.apply({ batchIds: ['aa'], blocks: [aBlock(0, 1)], nowMs });

    await expect(slow).rejects.toMatchObject({ code: 'storageFailed' });
    expect(await all[0]!.applied(['aa'])).toEqual([]);
    expect(await valuesOf(all[0]!)).toEqual([]);
    expect(bytes.segmentIds()).toEqual([]);
  });
});

describe('what nobody refers to any more', () => {
  it('stays for an hour for those who listed it before, then goes', async () => {
    let nowMs = Date.now();
    const { all, bytes } = await stores(1, () => nowMs);
    const store = all[0]!;
    await store.apply({ batchIds: ['aa'], blocks: [aBlock(0, 7)], nowMs });
    const [block] = await store.list(everything());
    await store.replace({ remove: [block!.id], add: [aBlock(0, 7)] });

    await store.tidy(nowMs);
    nowMs += HOUR / 2;
    await store.tidy(nowMs);
    expect((await store.read([block!.id]))[0]).toEqual(Uint8Array.of(7));

    nowMs += HOUR;
    await store.tidy(nowMs);
    expect(await store.read([block!.id])).toEqual([undefined]);
    expect(bytes.segmentIds()).toHaveLength(1);
  });

  it('leaves no mark in the directory for good', async () => {
    let nowMs = Date.now();
    const { all, table } = await stores(1, () => nowMs);
    const store = all[0]!;
    for (let i = 0; i < 20; i++) {
      await store.apply({ batchIds: [`b${i}`], blocks: [aBlock(0, 1)], nowMs });
      const listed = await store.list(everything());
      await store.replace({ remove: listed.map(({ id }) => id), add: [aBlock(0, i + 1)] });
      await store.tidy(nowMs);
      nowMs += 2 * HOUR;
    }

    const kinds = (await itemsOf(table)).map(({ pk }) => String(pk).replace(/#.*/, ''));
    expect(
      Object.fromEntries(Object.entries(Object.groupBy(kinds, (kind) => kind)).map(([k, v]) => [k, v!.length])),
    ).toEqual({
      applied: 20,
      archive: 20,
      day: 1,
      families: 1,
      intent: 2, // of the last round: its loose segment, and the compacted one before
    });
    const day = (await itemsOf(table)).find(({ pk }) => String(pk).startsWith('day#'))!;
    expect((day.content as Uint8Array).byteLength).toBeLessThan(200);
  });
});
