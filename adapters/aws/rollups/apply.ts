import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { AppError } from '../../../core/errors.ts';
import type { RollupStore } from '../../../core/ports.ts';
import { DAY } from '../../../core/telemetry/families.ts';
import { ACTIONS_PER_TRANSACTION, type Action, getAll, transact } from '../dynamo.ts';
import { looseItem } from './items.ts';
import { appliedKey, archiveKey, FORGOTTEN_KEY } from './keys.ts';
import { type RollupParts, writeSegments } from './parts.ts';

/** Batches of one `apply`. What is left of a transaction is for the segments, the archive's list and the intent. */
export const MAX_BATCHES = 90;
/** So that the item that lists them stays below DynamoDB's 400 KB, and a transaction below its 4 MB. */
const BLOCKS_PER_SEGMENT = 8_000;
/** When DynamoDB may delete an applied batch by itself: well after `forgetApplied` forgets it. */
const APPLIED_TTL_MS = 60 * DAY;

/** `RollupStore.apply`: the blocks into segments, then one transaction that says so and that the batches are applied. */
export const applyTo =
  (parts: RollupParts): RollupStore['apply'] =>
  async ({ batchIds, blocks, nowMs }) => {
    const { client, table } = parts;
    const ids = [...new Set(batchIds)];
    const lists = Array.from({ length: Math.ceil(blocks.length / BLOCKS_PER_SEGMENT) }, (_, i) =>
      blocks.slice(i * BLOCKS_PER_SEGMENT, (i + 1) * BLOCKS_PER_SEGMENT),
    );
    if (ids.length > MAX_BATCHES || ids.length + lists.length + 2 > ACTIONS_PER_TRANSACTION) {
      throw new AppError('tooLarge', `${ids.length} batches of ${blocks.length} blocks are too much for one step`);
    }
    const [forgottenMs, { segments, commit }] = await Promise.all([
      forgottenBefore(parts),
      writeSegments(parts, lists),
    ]);
    const put = (Item: Record<string, unknown>): Action => ({ Put: { TableName: table, Item } });
    const remember = ids.map((id): Action => {
      const Item = { ...appliedKey(id), atMs: nowMs, expiresAt: Math.ceil((nowMs + APPLIED_TTL_MS) / 1000) };
      return {
        Put: {
          TableName: table,
          Item,
          ConditionExpression: 'attribute_not_exists(pk) OR atMs < :forgotten',
          ExpressionAttributeValues: { ':forgotten': forgottenMs },
        },
      };
    });
    const actions = [
      ...remember,
      ...segments.map(({ segmentId, placed }) => put(looseItem({ segmentId, nowMs, blocks: placed }))),
      ...(ids.length > 0 ? [put({ ...archiveKey(nowMs, parts.newSegmentId()), batchIds: ids })] : []),
      ...commit,
    ];
    if (actions.length === 0) return [];

    const unmet = await transact(client, actions);
    const repeated = unmet.flatMap((at) => ids[at] ?? []);
    if (unmet.length > repeated.length && repeated.length === 0) {
      throw new AppError('storageFailed', 'rolling up took so long that its blocks were given up: it is done anew');
    }
    return repeated;
  };

/** `RollupStore.applied`. */
export const appliedIn =
  ({ client, table }: Pick<RollupParts, 'client' | 'table'>): RollupStore['applied'] =>
  async (ids) => {
    if (ids.length === 0) return [];
    const items = await getAll(client, table, [FORGOTTEN_KEY, ...ids.map(appliedKey)]);
    const atMs = new Map(items.map(({ pk, atMs }) => [pk as string, atMs as number]));
    const forgottenMs = (items.find(({ pk }) => pk === FORGOTTEN_KEY.pk)?.beforeMs as number | undefined) ?? 0;
    return ids.filter((id) => (atMs.get(appliedKey(id).pk) ?? Number.NEGATIVE_INFINITY) >= forgottenMs);
  };

const forgottenBefore = async ({ client, table }: RollupParts): Promise<number> => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: FORGOTTEN_KEY, ConsistentRead: true }));
  return (Item?.beforeMs as number | undefined) ?? 0;
};
