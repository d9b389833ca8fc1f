import type { QueryAnswer } from '../../core/usecases/query.ts';

/** GET of a path, its answer as JSON. */
export type Ask = (path: string) => Promise<{ status: number; body: unknown }>;

interface CatalogMetric {
  name: string;
  stats: string[] | string;
  defaultStat: string;
  dimensions: string | string[][];
  seen?: boolean;
}

/** Sums of fractions differ in their last digits by the order in which they were added. */
const RELATIVE = 1e-9;

/**
 * Asks two doors for every metric of the catalogue, by every set of dimensions that it can be grouped by, and compares
 * point by point.
 *
 * @returns how many series and values were compared, and what differs, as sentences
 */
export const compareAnswers = async (
  one: Ask,
  other: Ask,
  range: { fromMs: number; toMs: number; step: string; isAll: boolean; prefix?: string },
) => {
  const { metrics } = (await one('/v1/catalog')).body as { metrics: CatalogMetric[] };
  const differences: string[] = [];
  let series = 0;
  let values = 0;
  for (const metric of metrics.filter(({ name, seen }) => seen !== false && name.startsWith(range.prefix ?? ''))) {
    for (const groupBy of groupingsOf(metric, range.isAll)) {
      const params = new URLSearchParams({
        metric: metric.name,
        stat: statsOf(metric).join(','),
        from: String(range.fromMs),
        to: String(range.toMs),
        step: range.step,
        ...(groupBy.length > 0 && { groupBy: groupBy.join(',') }),
      });
      const path = `/v1/query?${params}`;
      const [first, second] = await Promise.all([one(path), other(path)]);
      if (first.status !== second.status) differences.push(`${path}: answered ${first.status} and ${second.status}`);
      if (first.status !== 200 || second.status !== 200) continue; // percentiles are not kept by every dimension
      const [a, b] = [first.body, second.body] as [QueryAnswer, QueryAnswer];
      const found = differenceOf(a, b);
      if (found) differences.push(`${path}: ${found}`);
      series += a.series.length;
      values += a.series.reduce((sum, { points }) => sum + points.filter(([, value]) => value !== null).length, 0);
    }
  }
  return { series, values, differences };
};

const statsOf = ({ stats, defaultStat }: CatalogMetric): string[] => {
  const known = Array.isArray(stats) ? stats : [];
  const wanted = ['count', 'sum', 'min', 'max', 'p50', 'p95', 'p99'].filter((stat) => known.includes(stat));
  return [...new Set([defaultStat, ...wanted])];
};

/** None, and by `isAll` each dimension by itself and each small set that goes together; else one of each set. */
const groupingsOf = ({ dimensions }: CatalogMetric, isAll: boolean): string[][] => {
  if (typeof dimensions === 'string') return isAll ? [[], ['deployment']] : [['deployment']];
  if (!isAll) return [[], ...dimensions.map(([name]) => [name!])];
  const singles = [...new Set(dimensions.flat())].map((name) => [name]);
  return [[], ...singles, ...dimensions.filter((set) => set.length > 1 && set.length <= 4)];
};

const differenceOf = (a: QueryAnswer, b: QueryAnswer): string | undefined => {
  if (a.step_s !== b.step_s) return `steps of ${a.step_s} and ${b.step_s} s`;
  const keyOf = ({ labels, stat }: QueryAnswer['series'][number]) => JSON.stringify([labels, stat]);
  const others = new Map(b.series.map((each) => [keyOf(each), each.points]));
  if (a.series.length !== b.series.length) return `${a.series.length} and ${b.series.length} series`;
  for (const each of a.series) {
    const points = others.get(keyOf(each));
    if (!points) return `no series ${keyOf(each)}`;
    for (const [i, [time, value]] of each.points.entries()) {
      const [otherTime, otherValue] = points[i] ?? [Number.NaN, null];
      if (time === otherTime && isSame(value, otherValue)) continue;
      return `${keyOf(each)} at ${new Date(time).toISOString()}: ${value} and ${otherValue}`;
    }
  }
  return undefined;
};

const isSame = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
