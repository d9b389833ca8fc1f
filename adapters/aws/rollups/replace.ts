import { AppError } from '../../../core/errors.ts';
import type { Partition, RollupStore } from '../../../core/ports.ts';
import { transact } from '../dynamo.ts';
import { MAX_TRIES, pause } from '../retry.ts';
import { type DayChange, dayActions, neededMarks, STILL_LOOSE } from './changeDays.ts';
import { dayNameOf } from './directory.ts';
import type { Day, DayName, LooseSegment } from './items.ts';
import { type RollupParts, writeSegments } from './parts.ts';
import { markOf, type PlacedBlock, parseBlockId } from './segments.ts';

/**
 * `RollupStore.replace`: new blocks into a segment for each day of a group, then one transaction that changes those days, if
 * they are still as they were read. Loose blocks stay where they are and are marked as absorbed by their day: several
 * days share a loose segment.
 */
export const replaceIn =
  (parts: RollupParts): RollupStore['replace'] =>
  async ({ remove, add }) => {
    const removed = [...new Set(remove)].map(parseBlockId);
    const names = [...removed, ...add].map(dayNameOf);
    if (names.length === 0) return true;
    let written: Awaited<ReturnType<typeof writeSegments>> | undefined;
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const loose = await parts.directory.loose();
      const days = await parts.directory.days(names);
      if (!areThere(removed, loose, days)) return false;
      written ??= await writeSegments(parts, [...byDay(add).values()]);
      const placed = written.segments.flatMap((segment) => segment.placed);
      const of = { gone: byDay(removed), added: byDay(placed), loose, nowMs: parts.now() };
      const changes = days.map((day) => changeOf(day, of));
      const actions = dayActions(parts, changes);
      const unmet = await transact(parts.client, [...written.commit, ...actions]);
      if (unmet.length === 0) return true;
      if (written.commit.length > 0 && unmet.includes(0))
        throw new AppError('storageFailed', 'compaction took so long that its blocks were given up: it is done anew');
      await pause(tries); // another change came first: perhaps of the same blocks, perhaps of others of that day
    }
    throw new AppError('overloaded', `days of rollups kept changing while they were compacted, ${MAX_TRIES} times`);
  };

const keyOf = ({ group, dayMs }: DayName): string => `${dayMs} ${group}`;

const byDay = <T extends Partition>(blocks: readonly T[]): Map<string, T[]> =>
  Map.groupBy(blocks, (block) => keyOf(dayNameOf(block)));

/** Whether each block is compacted in its day, or loose and not absorbed. */
const areThere = (blocks: readonly PlacedBlock[], loose: readonly LooseSegment[], days: readonly Day[]): boolean => {
  const compacted = new Set(days.flatMap((day) => day.blocks.map(markOf)));
  const absorbed = new Set(days.flatMap((day) => [...day.absorbed.keys()]));
  const looseMarks = new Set(loose.flatMap((segment) => segment.blocks.map(markOf)));
  return blocks.every((block) => {
    const mark = markOf(block);
    return compacted.has(mark) || (looseMarks.has(mark) && !absorbed.has(mark));
  });
};

const changeOf = (
  day: Day,
  of: {
    gone: ReadonlyMap<string, readonly PlacedBlock[]>;
    added: ReadonlyMap<string, readonly PlacedBlock[]>;
    loose: readonly LooseSegment[];
    nowMs: number;
  },
): DayChange => {
  const gone = new Set(of.gone.get(keyOf(day))?.map(markOf));
  const compacted = new Set(day.blocks.map(markOf));
  const absorbed = neededMarks(day, of.loose, of.nowMs);
  for (const mark of gone) if (!compacted.has(mark)) absorbed.set(mark, STILL_LOOSE);
  const blocks = [...day.blocks.filter((block) => !gone.has(markOf(block))), ...(of.added.get(keyOf(day)) ?? [])];
  return { before: day, blocks, absorbed };
};
