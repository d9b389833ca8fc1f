import { AppError } from '../errors.ts';
import type { Column } from '../rollups/block.ts';
import type { OpenBlock } from '../rollups/codec.ts';
import { type Family, HOUR, MEASURES, partitionSpan } from '../telemetry/families.ts';
import { type MeasureCells, measureCells } from './cells.ts';
import {
  elapsedS,
  type GroupValues,
  groupKey,
  MAX_CELLS,
  percentile,
  type QueryPorts,
  type Selection,
} from './context.ts';
import { matches } from './filter.ts';
import { planSegments } from './plan.ts';
import { type Twofold, twofoldOf } from './twofold.ts';

const TWOFOLD =
  'some calls were reported as events and some as spans; by these dimensions, calls reported as both count twice';

/** The group of a series, or -1 where it is filtered out. */
type Grouping = (block: OpenBlock) => Int32Array;

/**
 * Values of one measure of events by group and bucket.
 *
 * @param families in order of preference; a later one is used where the first cannot tell double reports apart
 */
export const readEvents = async (
  ports: QueryPorts,
  families: readonly Family[],
  query: { measure: string; stats: readonly string[] },
  selection: Selection,
): Promise<GroupValues[]> => {
  const { grid } = selection;
  for (const family of families) {
    let blocks = await readFamily(ports, family, selection);
    let twofold = twofoldOf(family, blocks, query.measure);
    if (twofold.kind !== 'none' && selection.maxStepMs > HOUR) {
      blocks = await readFamily(ports, family, { ...selection, maxStepMs: HOUR });
      twofold = twofoldOf(family, blocks, query.measure);
    }
    if (twofold.kind === 'cannotTell' && family !== families.at(-1)) continue;
    if (twofold.kind === 'cannotTell') selection.notes.add(TWOFOLD);
    if (!isAligned(grid, family.baseStepMs)) throw new NeedsCoarserStep(family.baseStepMs);
    const groups: string[][] = [];
    const grouping = groupingOf({ family, selection, groups, isCounted: () => true });
    const groupsOf = blocks.map(({ block }) => grouping(block));
    const size = groups.length * grid.starts.length;
    if (size > MAX_CELLS) throw tooMany(groups.length, grid.starts.length);
    const cells = measureCells(size);
    const isPresent = new Uint8Array(size);
    const withBins = query.stats.some((stat) => percentile(stat) !== undefined);
    let callsLeftOut = 0;
    blocks.forEach(({ block, fromMs, toMs }, i) => {
      callsLeftOut += addRows({
        block,
        fromMs,
        toMs,
        groupOf: groupsOf[i]!,
        grid,
        cells,
        isPresent,
        twofold,
        column: block.column(query.measure, withBins),
      });
    });
    selection.spanCallsLeftOut.most = Math.max(selection.spanCallsLeftOut.most, callsLeftOut);
    const isDistribution = MEASURES[family.event].some(
      ({ name, kind }) => name === query.measure && kind === 'distribution',
    );
    return groups.flatMap((labels, g) => {
      const first = isPresent.indexOf(1, g * grid.starts.length);
      // Blocks reach beyond the range: a group may have nothing in it.
      if (first < 0 || first >= (g + 1) * grid.starts.length) return [];
      const pointOf = (stat: string) => (_: number, t: number) => {
        const cell = g * grid.starts.length + t;
        if (!isPresent[cell]) return Number.NaN;
        return statOf({ stat, cells, cell, seconds: elapsedS(selection, t), isDistribution });
      };
      return { labels, values: query.stats.map((stat) => Float64Array.from(grid.starts, pointOf(stat))) };
    });
  }
  return [];
};

/** A block with the part of the range that it is to be read for. */
interface BlockPart {
  block: OpenBlock;
  fromMs: number;
  toMs: number;
}

/**
 * Blocks of a family that hold the selection's range.
 *
 * @param names the families that are read by the plan of the first argument; in each stretch of time in this order
 */
export const readFamily = async (
  ports: QueryPorts,
  family: Pick<Family, 'name' | 'baseStepMs'>,
  { grid, maxStepMs }: Selection,
  names: readonly string[] = [family.name],
): Promise<BlockPart[]> => {
  const range = { fromMs: grid.fromMs, toMs: grid.toMs, maxStepMs };
  const read: BlockPart[] = [];
  for (const { stepMs, fromMs, toMs } of await planSegments(ports.rollups, family, range)) {
    const span = partitionSpan(stepMs);
    const from = Math.floor(fromMs / span) * span;
    for (const name of names) {
      const blocks = await ports.reader({ family: name, stepMs, fromMs: from, toMs });
      for (const { block } of blocks) read.push({ block, fromMs, toMs });
    }
  }
  return read;
};

/** Adds a block's rows up. Answers how many calls were left out as reported twice. */
const addRows = (of: {
  block: OpenBlock;
  fromMs: number;
  toMs: number;
  groupOf: Int32Array;
  grid: Selection['grid'];
  cells: MeasureCells;
  isPresent: Uint8Array;
  twofold: Twofold;
  column: Column | undefined;
}): number => {
  const { block, groupOf, grid, cells, isPresent, twofold, column, fromMs, toMs } = of;
  const buckets = grid.starts.length;
  const { rowSeries, rowTime } = block.rows();
  const calls = twofold.kind === 'told' ? block.column('events') : undefined;
  let callsLeftOut = 0;
  for (let r = 0; r < rowTime.length; r++) {
    const group = groupOf[rowSeries[r]!]!;
    const time = rowTime[r]!;
    if (group < 0 || time < fromMs || time >= toMs) continue;
    if (twofold.kind === 'told' && twofold.isLeftOut(block, r)) {
      if (calls?.kind === 'count') callsLeftOut += calls.sum[r]!;
      continue;
    }
    const cell = group * buckets + grid.indexOf(time);
    isPresent[cell] = 1;
    if (column?.kind === 'count') cells.addCount(cell, column, r);
    else if (column?.kind === 'distribution') cells.addDistribution(cell, column, r, column.binKeys.length > 0);
  }
  return callsLeftOut;
};

export const groupingOf = (of: {
  family: Family;
  selection: Selection;
  groups: string[][];
  isCounted: (series: readonly string[]) => boolean;
}): Grouping => {
  const { dimensions } = of.family;
  const { groupBy, filters, onlyGroups } = of.selection;
  const groupIndexes = groupBy.map((name) => dimensions.indexOf(name));
  const filterIndexes = filters.map(({ name }) => dimensions.indexOf(name));
  const known = new Map<string, number>();
  const groupOf = (series: readonly string[]): number => {
    if (!of.isCounted(series)) return -1;
    if (!filters.every((filter, i) => matches(filter, series[filterIndexes[i]!]!))) return -1;
    const labels = groupIndexes.map((d) => series[d]!);
    const key = groupKey(labels);
    if (onlyGroups && !onlyGroups.has(key)) return -1;
    let group = known.get(key);
    if (group === undefined) {
      group = of.groups.length;
      of.groups.push(labels);
      known.set(key, group);
    }
    return group;
  };
  return (block) => Int32Array.from(block.series(), groupOf);
};

/** Thrown where only a family with a coarser step can answer: the query is to be asked again in steps of at least `stepMs`. */
export class NeedsCoarserStep extends Error {
  readonly stepMs: number;

  constructor(stepMs: number) {
    super(`can only be answered in steps of ${stepMs} ms`);
    this.name = 'NeedsCoarserStep';
    this.stepMs = stepMs;
  }
}

/** Do rows of `stepMs` lie each in one bucket, and wholly in the range? Days of a zone are taken as they are. */
const isAligned = ({ fromMs, toMs, stepS }: Selection['grid'], stepMs: number): boolean =>
  stepS === 0 ? fromMs % stepMs === 0 && toMs % stepMs === 0 : (stepS * 1000) % stepMs === 0;

/** A stat of a cell with rows; NaN where no event had the measure, so that an unreported cost is not $0. */
const statOf = (of: {
  stat: string;
  cells: MeasureCells;
  cell: number;
  seconds: number;
  isDistribution: boolean;
}): number => {
  const { stat, cells, cell, seconds } = of;
  const n = cells.n[cell]!;
  if (stat === 'count') return n;
  if (of.isDistribution && n === 0) return Number.NaN;
  switch (stat) {
    case 'sum':
      return cells.sum[cell]!;
    case 'rate':
      return cells.sum[cell]! / seconds;
    case 'min':
      return cells.min[cell]!;
    case 'max':
      return cells.max[cell]!;
    case 'avg':
      return cells.sum[cell]! / n;
    case 'last':
      return cells.last[cell]!;
  }
  return cells.quantile(cell, percentile(stat)!) ?? Number.NaN;
};

export const tooMany = (count: number, buckets: number, what: 'groups' | 'series' = 'groups') =>
  new AppError(
    'invalidInput',
    `${count} ${what} of ${buckets} points are too many; group by less, filter, or ask for a longer step`,
  );
