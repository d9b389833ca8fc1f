import type { Partition, RollupStore } from '../../../core/ports.ts';
import { dayNameOf, unabsorbed } from './directory.ts';
import type { Day } from './items.ts';
import { groupOf } from './keys.ts';
import type { RollupParts } from './parts.ts';
import { blockId, type PlacedBlock } from './segments.ts';

type Query = Parameters<RollupStore['list']>[0];
type Listed = Awaited<ReturnType<RollupStore['list']>>;

/** `RollupStore.list` of several queries, in order. */
export const listIn =
  ({ directory }: RollupParts) =>
  async (queries: readonly Query[]): Promise<Listed[]> => {
    const loose = await directory.loose();
    const ranges = [...Map.groupBy(queries, ({ family }) => groupOf(family))].map(([group, same]) => ({
      group,
      fromMs: Math.min(...same.map(({ fromMs }) => fromMs)),
      toMs: Math.max(...same.map(({ toMs }) => toMs)),
    }));
    const days = (await Promise.all(ranges.map((range) => directory.range(range)))).flat();
    const byFamily = Map.groupBy([...compactedIn(days), ...looseIn(unabsorbed(loose, days))], ({ family }) => family);
    return queries.map((query) => listed(byFamily.get(query.family) ?? [], query));
  };

type Found = PlacedBlock & { loose: boolean };
const compactedIn = (days: readonly Day[]): Found[] =>
  days.flatMap(({ blocks }) => blocks.map((block) => ({ ...block, loose: false })));
const looseIn = (blocks: readonly PlacedBlock[]): Found[] => blocks.map((block) => ({ ...block, loose: true }));

const listed = (found: readonly Found[], { stepMs, fromMs, toMs }: Query): Listed =>
  found
    .filter((block) => block.stepMs === stepMs && block.startMs >= fromMs && block.startMs < toMs)
    .sort((a, b) => a.startMs - b.startMs || inOrder(a.segmentId, b.segmentId) || a.index - b.index)
    .map((block) => ({ id: blockId(block), startMs: block.startMs, loose: block.loose }));

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `RollupStore.loosePartitions`. */
export const loosePartitionsIn =
  ({ directory }: RollupParts): RollupStore['loosePartitions'] =>
  async () => {
    const loose = await directory.loose();
    const days = await directory.days(loose.flatMap(({ blocks }) => blocks.map(dayNameOf)));
    const found = new Map<string, Partition & { loose: number; newestMs: number }>();
    for (const { family, stepMs, startMs, nowMs } of unabsorbed(loose, days)) {
      const key = `${stepMs} ${startMs} ${family}`;
      const known = found.get(key) ?? { family, stepMs, startMs, loose: 0, newestMs: nowMs };
      found.set(key, { ...known, loose: known.loose + 1, newestMs: Math.max(known.newestMs, nowMs) });
    }
    return [...found.values()];
  };
