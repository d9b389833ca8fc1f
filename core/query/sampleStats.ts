import { elapsedS, type GroupValues, groupKey, MAX_CELLS, percentile, type Selection } from './context.ts';
import { tooMany } from './events.ts';
import { labelOf, ownLabel } from './labels.ts';
import type { SampleSeries } from './samples.ts';

/** Series of samples as groups: over time first, within the bucket, then over the series of the group. */
export const aggregateSamples = (
  series: readonly SampleSeries[],
  stats: readonly string[],
  selection: Selection,
): GroupValues[] => {
  const groups = groupSeries(series, selection);
  return groups.map(({ labels, members }) => ({
    labels,
    values: stats.map((stat) =>
      Float64Array.from(selection.grid.starts, (_, t) => {
        const present = members.filter(({ n }) => n[t]! > 0);
        return present.length === 0 ? Number.NaN : statOf(stat, present, t, elapsedS(selection, t));
      }),
    ),
  }));
};

const groupSeries = (series: readonly SampleSeries[], { groupBy, grid, onlyGroups }: Selection) => {
  const groups = new Map<string, { labels: string[]; members: SampleSeries[] }>();
  for (const member of series) {
    if (member.n.every((n) => n === 0)) continue; // known from blocks that reach beyond the range
    const labels = groupBy.map((name) => labelOf(member.labels, name));
    const key = groupKey(labels);
    if (onlyGroups && !onlyGroups.has(key)) continue;
    const group = groups.get(key) ?? { labels, members: [] };
    group.members.push(member);
    groups.set(key, group);
  }
  if (groups.size * grid.starts.length > MAX_CELLS) throw tooMany(groups.size, grid.starts.length);
  return [...groups.values()];
};

/** A series' one number for a bucket: a gauge's average over time, a counter's increase. */
const numberOf = ({ kind, sum, n, increase }: SampleSeries, t: number) =>
  kind === 'gauge' ? sum[t]! / n[t]! : increase[t]!;

const statOf = (stat: string, series: readonly SampleSeries[], t: number, seconds: number): number => {
  const isGauge = series[0]!.kind === 'gauge';
  const total = series.reduce((sum, member) => sum + numberOf(member, t), 0);
  switch (stat) {
    case 'count':
      return series.length;
    case 'sum':
      return total;
    case 'rate':
      return total / seconds;
    case 'avg':
      return total / series.length;
    case 'min':
      return Math.min(...series.map((member) => (isGauge ? member.min[t]! : numberOf(member, t))));
    case 'max':
      return Math.max(...series.map((member) => (isGauge ? member.max[t]! : numberOf(member, t))));
    case 'last':
      return series.reduce((sum, { last }) => sum + last[t]!, 0) / series.length;
  }
  return exactQuantile(
    series.map((member) => numberOf(member, t)),
    percentile(stat)!,
  );
};

const exactQuantile = (values: number[], q: number): number => {
  const sorted = values.sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)]!;
  return low + (rank - Math.floor(rank)) * (sorted[Math.ceil(rank)]! - low);
};

/** A histogram's parts, each read as samples. */
export interface HistogramParts {
  buckets: readonly SampleSeries[];
  sums: readonly SampleSeries[];
  counts: readonly SampleSeries[];
}

/** Histograms as groups; quantiles come from the buckets as Prometheus' histogram_quantile does, with the buckets' error. */
export const aggregateHistograms = (
  parts: HistogramParts,
  stats: readonly string[],
  selection: Selection,
): GroupValues[] => {
  const { grid } = selection;
  const byKey = (series: readonly SampleSeries[]) =>
    new Map(groupSeries(series, selection).map((group) => [groupKey(group.labels), group]));
  const [buckets, sums, counts] = [byKey(parts.buckets), byKey(parts.sums), byKey(parts.counts)];
  const total = (group: { members: SampleSeries[] } | undefined, t: number) => {
    const present = group?.members.filter(({ n }) => n[t]! > 0) ?? [];
    return present.length === 0 ? Number.NaN : present.reduce((sum, { increase }) => sum + increase[t]!, 0);
  };
  const keys = new Map([...counts, ...buckets].map(([key, { labels }]) => [key, labels]));
  return [...keys].map(([key, labels]) => ({
    labels,
    values: stats.map((stat) =>
      Float64Array.from(grid.starts, (_, t) => {
        const count = total(counts.get(key), t);
        if (stat === 'count') return count;
        if (stat === 'sum') return total(sums.get(key), t);
        if (stat === 'rate') return count / elapsedS(selection, t);
        if (stat === 'avg') return count > 0 ? total(sums.get(key), t) / count : Number.NaN;
        return bucketQuantile(buckets.get(key)?.members ?? [], t, percentile(stat)!);
      }),
    ),
  }));
};

const bucketQuantile = (members: readonly SampleSeries[], t: number, q: number): number => {
  const byBound = new Map<number, number>();
  for (const { labels, n, increase } of members) {
    const le = ownLabel(labels, 'le');
    if (n[t] === 0 || le === '') continue; // of folded series the bound is not known
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    byBound.set(bound, (byBound.get(bound) ?? 0) + increase[t]!);
  }
  const bounds = [...byBound].sort((a, b) => a[0] - b[0]);
  let total = 0;
  for (const bound of bounds) {
    total = Math.max(total, bound[1]); // counts up to a bound cannot fall as it grows; readings of different times may
    bound[1] = total;
  }
  if (total === 0) return Number.NaN;
  const rank = q * total;
  const i = bounds.findIndex(([, count]) => count >= rank);
  const [upper, upTo] = bounds[i]!;
  if (upper === Number.POSITIVE_INFINITY) return bounds[i - 1]?.[0] ?? Number.NaN;
  const below = bounds[i - 1]?.[1] ?? 0;
  const lower = bounds[i - 1]?.[0] ?? Math.min(0, upper);
  return upTo === below ? upper : lower + (upper - lower) * ((rank - below) / (upTo - below));
};
