import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { getAll, queryAll } from '../dynamo.ts';
import { type Day, type DayName, dayOfItem, type LooseSegment, looseOf, noDay } from './items.ts';
import { dayKey, dayOf, dayPk, groupOf, LOOSE_SHARDS, loosePk, padded } from './keys.ts';
import { markOf, type PlacedBlock } from './segments.ts';

/**
 * Which blocks there are. Whoever needs both reads loose segments first, then days: what is compacted in between is then
 * seen as compacted, and as loose too, but marked as absorbed. The other way round it would be in neither.
 */
export const rollupDirectory = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => ({
  /** Loose segments in the order they were made, with what of them is absorbed. */
  async loose(): Promise<LooseSegment[]> {
    const shards = Array.from({ length: LOOSE_SHARDS }, (_, shard) =>
      queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': loosePk(shard) },
        ConsistentRead: true,
      }),
    );
    const segments = (await Promise.all(shards)).flat().map(looseOf);
    return segments.sort((a, b) => (a.segmentId < b.segmentId ? -1 : 1));
  },

  /** These days, each once; one without an item is empty. */
  async days(names: readonly DayName[]): Promise<Day[]> {
    const wanted = new Map(names.map((name) => [nameOf(name), name]));
    const items = await getAll(client, table, [...wanted.values()].map(dayKey));
    const found = new Map(items.map(dayOfItem).map((day) => [nameOf(day), day]));
    return [...wanted].map(([key, name]) => found.get(key) ?? noDay(name));
  },

  /** The days of a group that hold any of [fromMs, toMs), by time. */
  async range({ group, fromMs, toMs }: { group: string; fromMs: number; toMs: number }): Promise<Day[]> {
    if (toMs <= Math.max(0, fromMs)) return [];
    const items = await queryAll(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': dayPk(group),
        ':from': padded(dayOf(Math.max(0, fromMs))),
        ':to': padded(dayOf(toMs - 1)),
      },
      ConsistentRead: true,
    });
    return items.map(dayOfItem);
  },
});

export type RollupDirectory = ReturnType<typeof rollupDirectory>;

/** The item of the directory that a block belongs to. */
export const dayNameOf = ({ family, startMs }: Pick<PlacedBlock, 'family' | 'startMs'>): DayName => ({
  group: groupOf(family),
  dayMs: dayOf(startMs),
});

/** The loose blocks that none of their days, which must be given, has absorbed; with when they were added. */
export const unabsorbed = (loose: readonly LooseSegment[], days: readonly Day[]) => {
  const byName = new Map(days.map((day) => [nameOf(day), day]));
  return loose.flatMap(({ nowMs, blocks }) =>
    blocks
      .filter((block) => !byName.get(nameOf(dayNameOf(block)))?.absorbed.has(markOf(block)))
      .map((block) => ({ ...block, nowMs })),
  );
};

const nameOf = ({ group, dayMs }: DayName): string => `${dayMs} ${group}`;
