import { OTHER } from '../rollups/cardinality.ts';
import type { Family } from '../telemetry/families.ts';
import { type GroupValues, MAX_CELLS, type QueryPorts, type Selection } from './context.ts';
import { groupingOf, readFamily, tooMany } from './events.ts';

const AT_LEAST = 'at least so many: values over the limit are kept as one, __other__';

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
    if (groups.length * grid.starts.length > MAX_CELLS) throw tooMany(groups.length, grid.starts.length);
    const { rowSeries, rowTime } = block.rows();
    const series = block.series();
    for (let r = 0; r < rowTime.length; r++) {
      const group = groupOf[rowSeries[r]!]!;
      if (group < 0 || rowTime[r]! < fromMs || rowTime[r]! >= toMs) continue;
      const cell = group * grid.starts.length + grid.indexOf(rowTime[r]!);
      const value = series[rowSeries[r]!]![at]!;
      if (value === OTHER) selection.notes.add(AT_LEAST);
      seen[cell] ??= new Set();
      seen[cell].add(value);
    }
  }
  const distinctOf = (g: number) => (_: number, t: number) => seen[g * grid.starts.length + t]?.size ?? Number.NaN;
  return groups.map((labels, g) => ({ labels, values: [Float64Array.from(grid.starts, distinctOf(g))] }));
};
