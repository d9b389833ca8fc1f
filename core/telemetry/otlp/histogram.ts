import { Unusable } from '../decoded.ts';
import { type BucketBound, exponentialBounds } from './exponential.ts';
import { count, list, type Message, message, number, toNumber } from './read.ts';
import type { Point, SampleSink } from './sampleSink.ts';

/** More explicit buckets than this are a mistake. */
export const MAX_EXPLICIT_BUCKETS = 1000;

export interface HistogramParts {
  bounds: readonly BucketBound[];
  count: number;
  sum?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
}

/** A bound as a label, in the shortest decimal form that is the same number: `0.005`, `10`, `+Inf`. */
export const boundLabel = (bound: number): string => (bound === Infinity ? '+Inf' : String(bound));

/** Adds a histogram as Prometheus has it: `_bucket` by `le`, `_count`, `_sum`; and `_min`, `_max` of the interval as gauges. */
export const addHistogram = (sink: SampleSink, metric: string, point: Point, parts: HistogramParts): void => {
  for (const name of ['sum', 'min', 'max'] as const)
    if (parts[name] !== undefined && !Number.isFinite(parts[name]))
      throw new Unusable(name, `expected a finite number, got ${parts[name]}`);
  for (const { bound, countUpTo } of [...parts.bounds, { bound: Infinity, countUpTo: parts.count }])
    sink.add(`${metric}_bucket`, { ...point, labels: { ...point.labels, le: boundLabel(bound) } }, countUpTo, 'count');
  sink.add(`${metric}_count`, point, parts.count, 'count');
  if (parts.sum !== undefined) sink.add(`${metric}_sum`, point, parts.sum, 'sum');
  const gauge: Point = { kind: 'gauge', labels: point.labels, timestampMs: point.timestampMs };
  if (parts.min !== undefined) sink.add(`${metric}_min`, gauge, parts.min, 'min');
  if (parts.max !== undefined) sink.add(`${metric}_max`, gauge, parts.max, 'max');
};

const totals = (point: Message) => ({
  count: count(point, 'count'),
  sum: number(point, 'sum'),
  min: number(point, 'min'),
  max: number(point, 'max'),
});

const counts = (parent: Message, name: string): number[] =>
  list(parent, name).map((value, index) => {
    const counted = toNumber(value, `${name}[${index}]`);
    if (Number.isInteger(counted) && counted >= 0) return counted;
    throw new Unusable(`${name}[${index}]`, `expected a whole number of at least 0, got ${counted}`);
  });

const checkTotal = (total: number, expected: number, path: string) => {
  if (total !== expected) throw new Unusable(path, `the buckets add up to ${total}, but count is ${expected}`);
};

/** A HistogramDataPoint. Without buckets only its totals are known. */
export const explicitHistogram = (point: Message): HistogramParts => {
  const bucketCounts = counts(point, 'bucketCounts');
  const bounds = list(point, 'explicitBounds').map((value, i) => toNumber(value, `explicitBounds[${i}]`));
  if (bucketCounts.length === 0 && bounds.length === 0) return { ...totals(point), bounds: [] };
  if (bucketCounts.length > MAX_EXPLICIT_BUCKETS)
    throw new Unusable('bucketCounts', `${bucketCounts.length} buckets; at most ${MAX_EXPLICIT_BUCKETS}`);
  if (bucketCounts.length !== bounds.length + 1)
    throw new Unusable(
      'bucketCounts',
      `expected ${bounds.length + 1}, one more than bounds; got ${bucketCounts.length}`,
    );
  bounds.forEach((bound, i) => {
    if (!Number.isFinite(bound) || (i > 0 && bound <= bounds[i - 1]!))
      throw new Unusable(`explicitBounds[${i}]`, 'expected finite bounds that ascend');
  });
  let countUpTo = 0;
  const accumulated = bounds.map((bound, i) => {
    countUpTo += bucketCounts[i]!;
    return { bound: bound === 0 ? 0 : bound, countUpTo };
  });
  const all = totals(point);
  checkTotal(countUpTo + bucketCounts.at(-1)!, all.count, 'bucketCounts');
  return { ...all, bounds: accumulated };
};

/** An ExponentialHistogramDataPoint. */
export const exponentialHistogram = (point: Message): HistogramParts => {
  const zeroThreshold = number(point, 'zeroThreshold') ?? 0;
  if (!Number.isFinite(zeroThreshold) || zeroThreshold < 0)
    throw new Unusable('zeroThreshold', `expected a number of at least 0, got ${zeroThreshold}`);
  const histogram = {
    scale: number(point, 'scale') ?? 0,
    zeroThreshold,
    zeroCount: count(point, 'zeroCount'),
    positive: indexed(point, 'positive'),
    negative: indexed(point, 'negative'),
  };
  const all = totals(point);
  const total = (buckets: [number, number][]) => buckets.reduce((sum, [, n]) => sum + n, 0);
  checkTotal(total(histogram.positive) + total(histogram.negative) + histogram.zeroCount, all.count, 'count');
  return { ...all, bounds: exponentialBounds(histogram) };
};

const indexed = (point: Message, name: string): [index: number, count: number][] => {
  const buckets = message(point, name);
  if (buckets === undefined) return [];
  const offset = number(buckets, 'offset') ?? 0;
  if (!Number.isInteger(offset) || Math.abs(offset) > 2 ** 31) throw new Unusable(`${name}.offset`, `is ${offset}`);
  return counts(buckets, 'bucketCounts').map((counted, i) => [offset + i, counted]);
};
