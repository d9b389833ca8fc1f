import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { HOUR } from '../../../core/telemetry/families.ts';
import { nameOf } from '../awsError.ts';
import type { BlockBytes } from '../blockBytes.ts';
import { type Action, type Item, queryAll, writeAll } from '../dynamo.ts';
import { intentKey } from './keys.ts';

/**
 * How long one change may take from its first segment to its commit, and how long segments that nobody refers to any more
 * stay for those who listed them before.
 */
const GRACE_MS = HOUR;

/**
 * Segments that the directory does not refer to: those being written, and garbage. They are noted here before they are
 * written, and until they are removed, so that none is ever forgotten.
 */
export const segmentIntents = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => {
  const itemOf = (segmentIds: readonly string[], atMs: number, isGarbage: boolean): Item => ({
    ...intentKey(randomUUID()),
    segmentIds,
    atMs,
    isGarbage,
  });
  const isStillWriting = {
    ConditionExpression: 'isGarbage = :no', // false too where there is no item
    ExpressionAttributeValues: { ':no': false },
  };

  return {
    /**
     * Notes segments that are going to be written.
     *
     * @returns what belongs into the transaction that refers to them; its condition fails when that came too late
     */
    async begin(segmentIds: readonly string[], nowMs: number): Promise<Action> {
      const item = itemOf(segmentIds, nowMs, false);
      await client.send(new PutCommand({ TableName: table, Item: item }));
      return { Delete: { TableName: table, Key: { pk: item.pk, sk: item.sk }, ...isStillWriting } };
    },

    /** What belongs into the transaction that is the last to refer to these segments; [] when there are none. */
    discard: (segmentIds: readonly string[], nowMs: number): Action[] =>
      segmentIds.length > 0 ? [{ Put: { TableName: table, Item: itemOf(segmentIds, nowMs, true) } }] : [],

    /** Removes garbage after its time, and what was begun so long ago that it will not be committed. */
    async sweep(bytes: BlockBytes, nowMs: number): Promise<void> {
      const noted = await queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': intentKey('').pk },
        ConsistentRead: true,
      });
      const overdue = noted.filter(({ atMs }) => (atMs as number) < nowMs - GRACE_MS);
      const removable: Item[] = [];
      for (const item of overdue) if (item.isGarbage || (await giveUp(item))) removable.push(item);
      await bytes.remove(removable.flatMap(({ segmentIds }) => segmentIds as string[]));
      await writeAll(
        client,
        table,
        removable.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
      );
    },
  };

  /** From then on its writer cannot commit. Answers false when it did before. */
  async function giveUp({ pk, sk }: Item): Promise<boolean> {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk },
          UpdateExpression: 'SET isGarbage = :yes',
          ConditionExpression: 'isGarbage = :no',
          ExpressionAttributeValues: { ':yes': true, ':no': false },
        }),
      );
      return true;
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
};

export type SegmentIntents = ReturnType<typeof segmentIntents>;
