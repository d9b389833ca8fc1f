import { AppError } from '../../../core/errors.ts';
import { HOUR } from '../../../core/telemetry/families.ts';
import { ACTIONS_PER_TRANSACTION, type Action } from '../dynamo.ts';
import { type Day, dayItem, type LooseSegment } from './items.ts';
import { dayKey } from './keys.ts';
import type { RollupParts } from './parts.ts';
import type { PlacedBlock } from './segments.ts';

/**
 * How long a loose block counts as absorbed after its loose segment went: someone may have read the segment just before,
 * and the day is yet to be read.
 */
const MARK_MS = HOUR;

/** What a day becomes. */
export interface DayChange {
  before: Day;
  blocks: readonly PlacedBlock[];
  absorbed: ReadonlyMap<string, number>;
}

/** The actions that make these changes, if no day was changed since it was read; to be done in one transaction. */
export const dayActions = ({ table, intents, now, newSegmentId }: RollupParts, changes: readonly DayChange[]) => {
  const actions = changes.map((change): Action => {
    const { before, blocks, absorbed } = change;
    const condition = before.version
      ? { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': before.version } }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    if (before.version && blocks.length === 0 && absorbed.size === 0)
      return { Delete: { TableName: table, Key: dayKey(before), ...condition } };
    const day = { ...before, blocks: [...blocks], absorbed, version: newSegmentId() };
    return { Put: { TableName: table, Item: dayItem(day), ...condition } };
  });
  // A segment of compacted blocks is referred to by one day only.
  const garbage = changes.flatMap(({ before, blocks }) => {
    const kept = new Set(blocks.map(({ segmentId }) => segmentId));
    return [...new Set(before.blocks.map(({ segmentId }) => segmentId))].filter((id) => !kept.has(id));
  });
  actions.push(...intents.discard(garbage, now()));
  if (actions.length >= ACTIONS_PER_TRANSACTION)
    throw new AppError('tooLarge', `a change of ${changes.length} days is too much for one step`);
  return actions;
};

/** When a block that was absorbed went off the list of loose ones: it has not yet, as far as its day was told. */
export const STILL_LOOSE = 0;

/**
 * Marks that are still needed, each with when a change of the day first found its segment gone: a segment may go long after its
 * block was absorbed, and the hour runs from there. `loose` was read before the day was.
 */
export const neededMarks = (day: Day, loose: readonly LooseSegment[], nowMs: number): Map<string, number> => {
  const there = new Set(loose.map(({ segmentId }) => segmentId));
  const marks = [...day.absorbed].map(([mark, goneMs]): [string, number] => {
    if (there.has(mark.split(':')[0]!)) return [mark, STILL_LOOSE];
    return [mark, goneMs === STILL_LOOSE ? nowMs : goneMs];
  });
  return new Map(marks.filter(([, goneMs]) => goneMs === STILL_LOOSE || goneMs >= nowMs - MARK_MS));
};
