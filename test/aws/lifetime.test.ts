import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBlockBytes } from '../../adapters/aws/blockBytes.ts';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { FOUND_BEFORE, happenings, liveThrough } from '../usecases/lifetime.ts';
import { LONG_MS, runs, world } from '../usecases/world.ts';
import { awsConfig, createTables, type Service, startDynalite } from './services.ts';

describe('whatever happens to batches over days, with rollups in DynamoDB', () => {
  let service: Service;
  let client: DynamoDBDocumentClient;
  let made = 0;
  beforeAll(async () => {
    service = await startDynalite();
    client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
  });
  afterAll(() => service?.stop());

  it(
    'each event and each point counts once in its day, and no segment stays that nobody needs',
    async () => {
      await fc.assert(
        fc.asyncProperty(happenings, async (all) => {
          let nowMs = Date.now();
          const bytes = memoryBlockBytes();
          const { rollups: table } = await createTables(client, `-${++made}`);
          const store = dynamoRollupStore({ client, table, bytes, now: () => nowMs });
          const one = world({ wrap: () => store });
          const tidyLater = async () => {
            nowMs += 2 * HOUR;
            await store.tidy(nowMs);
          };

          await liveThrough(
            {
              ...one,
              async compact(atMs) {
                const days = await one.compact(atMs);
                await tidyLater();
                return days;
              },
            },
            all,
          );

          await tidyLater();
          const query = { stepMs: 0, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
          const listed = await Promise.all(
            (await store.families()).flatMap((family) =>
              [1, 60_000, 300_000, HOUR, 24 * HOUR].map((stepMs) => store.list({ ...query, family, stepMs })),
            ),
          );
          const needed = new Set(listed.flat().map(({ id }) => id.split('|')[0]!));
          expect(bytes.segmentIds()).toEqual([...needed].sort());
        }),
        { ...runs(4, 100), examples: [[FOUND_BEFORE]] },
      );
    },
    6 * LONG_MS,
  );
});
