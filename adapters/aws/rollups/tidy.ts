import { ACTIONS_PER_TRANSACTION, type Action, transact } from '../dynamo.ts';
import { dayNameOf, unabsorbed } from './directory.ts';
import { looseKey } from './keys.ts';
import type { RollupParts } from './parts.ts';

const SEGMENTS_AT_ONCE = ACTIONS_PER_TRANSACTION / 2;

/** Takes loose segments off the directory whose blocks are all absorbed, and removes the bytes of what is long gone. */
export const tidyIn =
  (parts: RollupParts) =>
  async (nowMs: number): Promise<void> => {
    const { client, table, bytes, directory, intents } = parts;
    const loose = await directory.loose();
    const days = await directory.days(loose.flatMap(({ blocks }) => blocks.map(dayNameOf)));
    const needed = new Set(unabsorbed(loose, days).map(({ segmentId }) => segmentId));
    const done = loose.map(({ segmentId }) => segmentId).filter((id) => !needed.has(id));
    for (let i = 0; i < done.length; i += SEGMENTS_AT_ONCE) {
      const some = done.slice(i, i + SEGMENTS_AT_ONCE);
      const removals = some.map((id): Action => {
        return { Delete: { TableName: table, Key: looseKey(id), ConditionExpression: 'attribute_exists(pk)' } };
      });
      // When a condition fails, somebody else tidies too, and does it.
      await transact(client, [...removals, ...intents.discard(some, nowMs)]);
    }
    await intents.sweep(bytes, nowMs);
  };
