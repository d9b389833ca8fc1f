import { Unusable } from '../decoded.ts';

/** A histogram in Prometheus' form: how many values are at most `bound`. Bounds ascend; +Infinity, the last, is left out. */
export interface BucketBound {
  bound: number;
  countUpTo: number;
}

/** Buckets of base 2^(2^-scale): index i holds the values in (base^i, base^(i+1)]. */
export interface ExponentialBuckets {
  scale: number;
  zeroThreshold: number;
  zeroCount: number;
  positive: Iterable<readonly [index: number, count: number]>;
  /** By absolute value. */
  negative: Iterable<readonly [index: number, count: number]>;
}

/** Finest scale kept: a bucket is a factor of 2^(1/8) = 1.09 wide. */
export const MAX_SCALE = 3;
export const MAX_BUCKETS = 160;

/**
 * An exponential histogram with fixed bounds, so that its buckets are series like any other histogram's.
 *
 * Scales above 3 are coarsened to 3, and further until at most 160 buckets cover what was seen. The bounds of a coarser
 * scale are among those of a finer one, so a series goes on when the sender rescales. The error: a value is known to the
 * width of its bucket, at most a factor of 2^(1/8) while the values span less than a factor of 2^20.
 * Between the lowest and the highest bucket all are given, empty ones too, since a counter must not come and go.
 *
 * Source: OpenTelemetry metrics data model, "ExponentialHistogram", with its rule for perfect subsetting of scales.
 */
export const exponentialBounds = (histogram: ExponentialBuckets): BucketBound[] => {
  if (!(histogram.scale >= -11 && histogram.scale <= 64))
    throw new Unusable('scale', `expected -11 to 64, got ${histogram.scale}`);
  const positive = [...histogram.positive].filter(([, count]) => count > 0);
  const negative = [...histogram.negative].filter(([, count]) => count > 0);
  let shift = Math.max(0, histogram.scale - MAX_SCALE);
  while (spread(positive, shift) + spread(negative, shift) > MAX_BUCKETS) shift++;
  const scale = histogram.scale - shift;

  const steps: [bound: number, count: number][] = [];
  const negatives = coarse(negative, shift).reverse();
  if (negatives.length > 0) steps.push([-boundAt(negatives[0]![0] + 1, scale), 0]);
  for (const [index, count] of negatives) steps.push([-boundAt(index, scale), count]);
  if (histogram.zeroCount > 0 || negatives.length > 0) steps.push([histogram.zeroThreshold, histogram.zeroCount]);
  const positives = coarse(positive, shift);
  if (positives.length > 0) steps.push([boundAt(positives[0]![0], scale), 0]);
  for (const [index, count] of positives) steps.push([boundAt(index + 1, scale), count]);
  return accumulated(steps);
};

/** Bound of index i, base^i; 0 and Infinity where a double ends. */
const boundAt = (index: number, scale: number): number => 2 ** (index * 2 ** -scale);

type Sparse = readonly (readonly [index: number, count: number])[];

/** How many buckets lie between the lowest and the highest, both included, after coarsening by `shift` scales. */
const spread = (buckets: Sparse, shift: number): number => {
  if (buckets.length === 0) return 0;
  let low = Infinity;
  let high = -Infinity;
  for (const [index] of buckets) {
    if (index < low) low = index;
    if (index > high) high = index;
  }
  return Math.floor(high / 2 ** shift) - Math.floor(low / 2 ** shift) + 1;
};

/** All buckets from the lowest to the highest, ascending, after coarsening by `shift` scales. */
const coarse = (buckets: Sparse, shift: number): [index: number, count: number][] => {
  const counts = new Map<number, number>();
  for (const [index, count] of buckets) {
    const merged = Math.floor(index / 2 ** shift);
    counts.set(merged, (counts.get(merged) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const low = Math.min(...counts.keys());
  const high = Math.max(...counts.keys());
  return Array.from({ length: high - low + 1 }, (_, i) => [low + i, counts.get(low + i) ?? 0]);
};

/** Sums up along ascending bounds; equal bounds become one, and infinite ones are left to +Inf. */
const accumulated = (steps: readonly (readonly [number, number])[]): BucketBound[] => {
  const bounds: BucketBound[] = [];
  let countUpTo = 0;
  for (const [bound, count] of [...steps].sort((a, b) => a[0] - b[0])) {
    countUpTo += count;
    const last = bounds.at(-1);
    if (last !== undefined && last.bound === bound) last.countUpTo = countUpTo;
    else if (Number.isFinite(bound)) bounds.push({ bound: bound === 0 ? 0 : bound, countUpTo });
  }
  return bounds;
};
