import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { AppError } from '../../../core/errors.ts';
import type { RollupStore } from '../../../core/ports.ts';
import { nameOf } from '../awsError.ts';
import { type Key, queryAll, transact } from '../dynamo.ts';
import { MAX_TRIES, pause } from '../retry.ts';
import { dayActions, neededMarks } from './changeDays.ts';
import type { Day, LooseSegment } from './items.ts';
import { EXPIRED_PK, FORGOTTEN_KEY, groupsOf } from './keys.ts';
import type { RollupParts } from './parts.ts';
import type { PlacedBlock } from './segments.ts';

type Query = Parameters<RollupStore['expire']>[0];
type Step = Parameters<RollupStore['expiredBefore']>[0];

const stepOf = ({ family, stepMs }: Step): string => `${family}#${stepMs}`;

/** `RollupStore.expire`. */
export const expireIn =
  (parts: RollupParts): RollupStore['expire'] =>
  async (query) => {
    // First of all: compaction must never take what is left of a dropped partition for all of it.
    await raise(parts, { key: { pk: EXPIRED_PK, sk: stepOf(query) }, beforeMs: query.beforeMs });
    const loose = await parts.directory.loose();
    let dropped = 0;
    for (const group of groupsOf(query.family)) {
      const days = await parts.directory.range({ group, fromMs: query.fromMs, toMs: query.beforeMs });
      for (const day of days) dropped += await dropFrom(parts, day, query, loose);
    }
    return dropped;
  };

/** Takes out of one day what expires; answers how many partitions that was. */
const dropFrom = async (
  parts: RollupParts,
  seen: Day,
  query: Query,
  loose: readonly LooseSegment[],
): Promise<number> => {
  const isGone = ({ stepMs, startMs }: PlacedBlock) =>
    stepMs === query.stepMs && startMs >= query.fromMs && startMs < query.beforeMs;
  let day = seen;
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const gone = day.blocks.filter(isGone);
    if (gone.length === 0) return 0;
    const blocks = day.blocks.filter((block) => !isGone(block));
    const change = { before: day, blocks, absorbed: neededMarks(day, loose, parts.now()) };
    const unmet = await transact(parts.client, dayActions(parts, [change]));
    if (unmet.length === 0) return new Set(gone.map(({ family, startMs }) => `${startMs} ${family}`)).size;
    await pause(tries);
    day = (await parts.directory.days([day]))[0]!;
  }
  throw new AppError('overloaded', `a day of rollups kept changing while it was expired, ${MAX_TRIES} times`);
};

/** `expiredBefore` of several steps, in order. */
export const readExpired = async ({ client, table }: RollupParts, steps: readonly Step[]): Promise<number[]> => {
  const items = await queryAll(client, {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': EXPIRED_PK },
    ConsistentRead: true,
  });
  const known = new Map(items.map(({ sk, beforeMs }) => [sk as string, beforeMs as number]));
  return steps.map((step) => known.get(stepOf(step)) ?? 0);
};

/** `RollupStore.forgetApplied`: batches that were applied before count as unknown; DynamoDB deletes them by their age. */
export const forgetIn =
  (parts: RollupParts): RollupStore['forgetApplied'] =>
  (beforeMs) =>
    raise(parts, { key: FORGOTTEN_KEY, beforeMs });

/** Sets a time that only ever grows. */
const raise = async ({ client, table }: RollupParts, { key, beforeMs }: { key: Key; beforeMs: number }) => {
  const update = new UpdateCommand({
    TableName: table,
    Key: key,
    UpdateExpression: 'SET beforeMs = :before',
    ConditionExpression: 'attribute_not_exists(pk) OR beforeMs < :before',
    ExpressionAttributeValues: { ':before': beforeMs },
  });
  await client.send(update).catch((error: unknown) => {
    if (nameOf(error) !== 'ConditionalCheckFailedException') throw error;
  });
};
