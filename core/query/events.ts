import { AppError } from '../errors.ts';
import type { Column } from '../rollups/block.ts';
import type { OpenBlock } from '../rollups/codec.ts';
import { measuresOf } from '../rollups/fold.ts';
import { FAMILIES, type Family, partitionSpan, type RollupKind } from '../telemetry/families.ts';
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

/**
 * The families that can answer: those that keep the measure and have all the dimensions, the cheapest first and those
 * fine enough for the step before those that are not. Throws AppError invalidInput that names what is possible.
 *
 * @param stepMs 0 = any
 */
export const familiesFor = (of: {
  event: RollupKind;
  measure: string;
  dimensions: readonly string[];
  stepMs: number;
}): Family[] => {
  const keeping = FAMILIES.filter((family) => family.event === of.event && keeps(family, of.measure));
  const fitting = keeping.filter(({ dimensions }) => of.dimensions.every((name) => dimensions.includes(name)));
  if (fitting.length === 0) {
    const possible = keeping.map(({ dimensions }) => dimensions.join(', ')).join(' | ');
    const asked = of.dimensions.join(', ');
    throw new AppError('invalidInput', `no series has ${asked} together; possible together are: ${possible}`, {
      problems: [{ path: 'groupBy', message: `use dimensions of one of these series: ${possible}` }],
    });
  }
  const isFine = (family: Family) => of.stepMs === 0 || family.baseStepMs <= of.stepMs;
  return [
    ...fitting.filter(isFine),
    ...fitting.filter((family) => !isFine(family)).sort((a, b) => a.baseStepMs - b.baseStepMs),
  ];
};

const keeps = (family: Family, measure: string) => measuresOf(family).some(({ name }) => name === measure);

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
    const blocks = await readFamily(ports, family, selection);
    const record = sourceOfRecord(
      family,
      blocks.map(({ block }) => block),
    );
    if (record === 'cannotTell' && family !== families.at(-1)) continue;
    const groups: string[][] = [];
    const grouping = groupingOf({
      family,
      selection,
      groups,
      isCounted: record === 'cannotTell' ? () => true : record,
    });
    const groupsOf = blocks.map(({ block }) => grouping(block));
    const size = groups.length * grid.starts.length;
    if (size > MAX_CELLS) throw tooMany(groups.length, grid.starts.length);
    const cells = measureCells(size);
    const isPresent = new Uint8Array(size);
    const withBins = query.stats.some((stat) => percentile(stat) !== undefined);
    blocks.forEach(({ block, fromMs, toMs }, i) => {
      addRows({
        block,
        fromMs,
        toMs,
        groupOf: groupsOf[i]!,
        grid,
        cells,
        isPresent,
        column: block.column(query.measure, withBins),
      });
    });
    return groups.map((labels, g) => ({
      labels,
      values: query.stats.map((stat) =>
        Float64Array.from(grid.starts, (_, t) => {
          const cell = g * grid.starts.length + t;
          return isPresent[cell] ? statOf(stat, cells, cell, elapsedS(selection, t)) : Number.NaN;
        }),
      ),
    }));
  }
  return [];
};

/** Blocks of a family that hold the selection's range, each with the part of it that it is to be read for. */
export const readFamily = async (
  ports: QueryPorts,
  family: Pick<Family, 'name' | 'baseStepMs'>,
  { grid, maxStepMs }: Selection,
) => {
  const range = { fromMs: grid.fromMs, toMs: grid.toMs, maxStepMs };
  const read: { block: OpenBlock; fromMs: number; toMs: number }[] = [];
  for (const { stepMs, fromMs, toMs } of await planSegments(ports.rollups, family, range)) {
    const span = partitionSpan(stepMs);
    const from = Math.floor(fromMs / span) * span;
    for (const { block } of await ports.reader({ family: family.name, stepMs, fromMs: from, toMs })) {
      read.push({ block, fromMs, toMs });
    }
  }
  return read;
};

const addRows = (of: {
  block: OpenBlock;
  fromMs: number;
  toMs: number;
  groupOf: Int32Array;
  grid: Selection['grid'];
  cells: MeasureCells;
  isPresent: Uint8Array;
  column: Column | undefined;
}) => {
  const { groupOf, grid, cells, isPresent, column, fromMs, toMs } = of;
  const buckets = grid.starts.length;
  const { rowSeries, rowTime } = of.block.rows();
  for (let r = 0; r < rowTime.length; r++) {
    const group = groupOf[rowSeries[r]!]!;
    const time = rowTime[r]!;
    if (group < 0 || time < fromMs || time >= toMs) continue;
    const cell = group * buckets + grid.indexOf(time);
    isPresent[cell] = 1;
    if (column?.kind === 'count') cells.addCount(cell, column, r);
    else if (column?.kind === 'distribution') cells.addDistribution(cell, column, r, column.binKeys.length > 0);
  }
};

const groupingOf = (of: {
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

/**
 * Where an event and a span report the same calls of a deployment, the events count. Says which series count, or that a
 * family without deployments cannot tell.
 */
const sourceOfRecord = (
  family: Family,
  blocks: readonly OpenBlock[],
): ((series: readonly string[]) => boolean) | 'cannotTell' => {
  const source = family.dimensions.indexOf('source');
  if (source < 0) return () => true;
  const deployment = family.dimensions.indexOf('deployment');
  const seen = new Map<string, Set<string>>();
  for (const block of blocks) {
    for (const series of block.series()) {
      const name = deployment < 0 ? '' : series[deployment]!;
      seen.set(name, (seen.get(name) ?? new Set()).add(series[source]!));
    }
  }
  const isTwofold = (name: string) => (seen.get(name)?.size ?? 0) > 1;
  if (deployment < 0) return isTwofold('') ? 'cannotTell' : () => true;
  return (series) => series[source] !== 'span' || !isTwofold(series[deployment]!);
};

const statOf = (stat: string, cells: MeasureCells, cell: number, seconds: number): number => {
  const n = cells.n[cell]!;
  switch (stat) {
    case 'sum':
      return cells.sum[cell]!;
    case 'rate':
      return cells.sum[cell]! / seconds;
    case 'count':
      return n;
  }
  if (n === 0) return Number.NaN;
  switch (stat) {
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

/** How many different values of a dimension each group and bucket has. */
export const readDistinct = async (
  ports: QueryPorts,
  families: readonly Family[],
  dimension: string,
  selection: Selection,
): Promise<GroupValues[]> => {
  const family = families[0]!;
  const { grid } = selection;
  const at = family.dimensions.indexOf(dimension);
  const groups: string[][] = [];
  const grouping = groupingOf({ family, selection, groups, isCounted: (series) => series[at] !== '' });
  const seen: Set<string>[] = [];
  for (const { block, fromMs, toMs } of await readFamily(ports, family, selection)) {
    const groupOf = grouping(block);
    const { rowSeries, rowTime } = block.rows();
    const series = block.series();
    for (let r = 0; r < rowTime.length; r++) {
      const group = groupOf[rowSeries[r]!]!;
      if (group < 0 || rowTime[r]! < fromMs || rowTime[r]! >= toMs) continue;
      const cell = group * grid.starts.length + grid.indexOf(rowTime[r]!);
      seen[cell] ??= new Set();
      seen[cell].add(series[rowSeries[r]!]![at]!);
    }
  }
  const distinctOf = (g: number) => (_: number, t: number) => seen[g * grid.starts.length + t]?.size ?? Number.NaN;
  return groups.map((labels, g) => ({ labels, values: [Float64Array.from(grid.starts, distinctOf(g))] }));
};

export const tooMany = (groups: number, buckets: number) =>
  new AppError(
    'invalidInput',
    `${groups} groups of ${buckets} points are too many; group by less, filter, or ask for a longer step`,
  );
