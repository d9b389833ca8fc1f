import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBlockBytes } from '../../adapters/aws/blockBytes.ts';
import { type DynamoRollupStore, dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { call, range, runs, sample, T0, valuesOf, world } from '../usecases/world.ts';
import { FAULTS, type Fault, mortal } from './mortal.ts';
import { awsConfig, createTables, type Service, startDynalite } from './services.ts';

let service: Service;
let client: DynamoDBDocumentClient;
let made = 0;
beforeAll(async () => {
  service = await startDynalite();
  client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
});
afterAll(() => service?.stop());

const isLong = process.env.MODELMETER_LONG !== undefined;
/** Machines differ: a limit is for what hangs. */
const LONGEST_MS = isLong ? 1_200_000 : 300_000;

/** A store of which one call fails; once that killed its process, another one works on. Time stands still. */
const failingStore = async (fault: Fault, at: number) => {
  const { rollups: table } = await createTables(client, `-${++made}`);
  const bytes = memoryBlockBytes();
  let nowMs = Date.now();
  const now = () => nowMs;
  const sound = dynamoRollupStore({ client, table, bytes, now });
  const counted = isLong || fault === 'throttled' ? 'all' : 'writes';
  const failing = mortal({ fault, at, counted });
  let store: DynamoRollupStore = dynamoRollupStore({
    client: failing.dynamo(client),
    table,
    bytes: failing.bytes(bytes),
    now,
  });
  const MOST_TRIES = 3;
  const resuming = async (step: () => Promise<unknown>) => {
    for (let tries = 1; ; tries++) {
      try {
        return await step();
      } catch (error) {
        if (tries >= MOST_TRIES) throw error;
        if (failing.isDead()) store = sound;
      }
    }
  };
  const segmentsListed = async () => {
    const all = (await sound.families()).flatMap((family) =>
      [1, MINUTE, 5 * MINUTE, HOUR, DAY].map((stepMs) => sound.list({ family, stepMs, fromMs: 0, toMs: 1e15 })),
    );
    return [...new Set((await Promise.all(all)).flat().map(({ id }) => id.split('|')[0]!))].sort();
  };

  return {
    store: new Proxy(sound, { get: (_, name) => Reflect.get(store, name) }),
    /** Does a step until it succeeds. */
    resuming,
    tidyLater: () =>
      resuming(() => {
        nowMs += 2 * HOUR;
        return store.tidy(nowMs);
      }),
    /** From now on nothing fails; answers whether something did. */
    heal() {
      store = sound;
      return failing.hasFailed();
    },
    /** Everything that was written is referred to, or gone. */
    async expectNothingLeft() {
      const noted = { TableName: table, KeyConditionExpression: 'pk = :pk' };
      const values = { ExpressionAttributeValues: { ':pk': 'intent' } };
      expect((await client.send(new QueryCommand({ ...noted, ...values }))).Items).toEqual([]);
      expect(bytes.segmentIds()).toEqual(await segmentsListed());
    },
  };
};

describe('a writer of rollups that is cut off', () => {
  const aBlock = (family: string, value: number, startMs = 0) => {
    return { family, stepMs: MINUTE, startMs, bytes: Uint8Array.of(value) };
  };
  const everything = (family: string) => ({ family, stepMs: MINUTE, fromMs: 0, toMs: 1e15 });
  const FAMILIES = ['f', 'samples:a', 'samples:b'];

  /** Two batches in and compacted to their sums, some of it expired, all of it tidied; answers whether the fault came. */
  const liveWith = async (fault: Fault, at: number): Promise<boolean> => {
    const { store, resuming, tidyLater, heal, expectNothingLeft } = await failingStore(fault, at);
    const blocksOf = async (family: string) => {
      const listed = await store.list(everything(family));
      const read = await store.read(listed.map(({ id }) => id));
      return listed.map((block, i) => ({ ...block, value: read[i]![0]! }));
    };
    const sumOf = (blocks: readonly { value: number }[]) => blocks.reduce((sum, { value }) => sum + value, 0);
    const compactAll = async () => {
      const days = await Promise.all(FAMILIES.map(async (family) => ({ family, blocks: await blocksOf(family) })));
      const isLoose = (await store.loosePartitions()).length > 0;
      if (!isLoose) return;
      const remove = days.flatMap(({ blocks }) => blocks.map(({ id }) => id));
      await store.replace({ remove, add: days.map(({ family, blocks }) => aBlock(family, sumOf(blocks))) });
    };

    for (const [n, batch] of ['aa', 'bb'].entries()) {
      const blocks = [...FAMILIES.map((family, i) => aBlock(family, 1 + n + i)), aBlock('old', 1)];
      await resuming(async () => {
        if ((await store.applied([batch])).length === 0) await store.apply({ batchIds: [batch], blocks, nowMs: 5 });
      });
      await resuming(compactAll);
      await tidyLater();
    }
    await resuming(async () => {
      const loose = await blocksOf('old');
      await store.replace({ remove: loose.map(({ id }) => id), add: [aBlock('old', sumOf(loose))] });
    });
    await resuming(() => store.expire({ family: 'old', stepMs: MINUTE, fromMs: 0, beforeMs: 1 }));
    await tidyLater();
    await tidyLater();

    const hasFailed = heal();
    const left = await Promise.all([...FAMILIES, 'old'].map(async (family) => sumOf(await blocksOf(family))));
    expect(left).toEqual([3, 5, 7, 0]);
    expect(await store.applied(['aa', 'bb'])).toEqual(['aa', 'bb']);
    expect(await store.loosePartitions()).toEqual([]);
    await expectNothingLeft();
    return hasFailed;
  };

  /** Of all calls, which are mostly reads, every few by default. */
  const stride = { 'killed before': 1, 'killed after': 1, throttled: isLong ? 1 : 6 };

  it.each(FAULTS)(
    'loses nothing, counts nothing twice and leaves nothing behind, at whichever call it is %s',
    async (fault) => {
      let at = 1;
      while (await liveWith(fault, at)) at += stride[fault];

      expect(at).toBeGreaterThan(20); // it came to every call there is
    },
    LONGEST_MS,
  );
});

describe('a round of roll-up, compaction or expiry that is cut off', () => {
  const RETENTION = { minuteDays: 2, hourDays: 4, dayDays: 1000 };
  const LATER = T0 + 8 * DAY;
  /** Where such a life makes fewer calls, nothing fails. */
  const MOST_CALLS = isLong ? 600 : 60;

  it(
    'is made good by the next',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...FAULTS), fc.integer({ min: 1, max: MOST_CALLS }), async (fault, at) => {
          const { store, resuming, tidyLater, heal, expectNothingLeft } = await failingStore(fault, at);
          const one = world({ wrap: () => store });
          const round = (work: () => Promise<unknown>) =>
            resuming(() => {
              one.restart();
              return work();
            });

          for (const minute of [5, 70]) {
            const timestamp = T0 + minute * MINUTE;
            await one.send({
              events: [call({ timestamp, latencyMs: minute })],
              samples: [sample('done', 'delta', timestamp, minute)],
            });
            await round(() => one.roll(LATER));
            await round(() => one.compact(LATER));
            await tidyLater();
          }
          await round(() => one.expire(RETENTION, LATER));
          await tidyLater();
          await tidyLater();

          heal();
          const ask = async (metric: string) =>
            valuesOf(await one.ask(`metric=${metric}&stat=sum&step=all${range(T0, T0 + DAY)}`, LATER));
          expect(await ask('inference.requests')).toEqual([2]);
          expect(await ask('inference.latency')).toEqual([75]);
          expect(await ask('done')).toEqual([75]);
          await expectNothingLeft();
        }),
        runs(5, 60),
      );
    },
    LONGEST_MS,
  );
});
