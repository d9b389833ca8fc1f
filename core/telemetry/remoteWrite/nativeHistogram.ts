import { Unusable } from '../decoded.ts';
import { exponentialBounds } from '../otlp/exponential.ts';
import type { HistogramParts } from '../otlp/histogram.ts';
import { list, type Message, number, toNumber } from '../otlp/read.ts';

/** Buckets of one native histogram; Prometheus' own default limit is 160. */
const MAX_BUCKETS = 10_000;

/** Prometheus' schemas of exponential buckets; others (custom bounds, -53) come with remote write 2.0 only. */
const SCHEMAS = { from: -4, to: 8 };

/**
 * A native histogram as one with fixed bounds, as exponential histograms of OTLP become. Bucket i of Prometheus ends at
 * base^i, which is OTLP's bucket i - 1.
 */
export const nativeHistogram = (histogram: Message): HistogramParts => {
  const scale = number(histogram, 'schema') ?? 0;
  if (scale < SCHEMAS.from || scale > SCHEMAS.to)
    throw new Unusable(
      'schema',
      `native histograms of schema ${SCHEMAS.from} to ${SCHEMAS.to} are taken, not ${scale}`,
    );
  const bounds = exponentialBounds({
    scale,
    zeroThreshold: counted(number(histogram, 'zeroThreshold') ?? 0, 'zeroThreshold'),
    zeroCount: either(histogram, 'zeroCountInt', 'zeroCountFloat'),
    positive: buckets(histogram, 'positive'),
    negative: buckets(histogram, 'negative'),
  });
  const count = either(histogram, 'countInt', 'countFloat');
  const inBuckets = bounds.at(-1)?.countUpTo ?? 0;
  if (inBuckets > count * (1 + 1e-9)) throw new Unusable('countInt', `is ${count}, but the buckets hold ${inBuckets}`);
  return { bounds, count, sum: number(histogram, 'sum') ?? 0 };
};

const counted = (value: number, path: string): number => {
  if (value >= 0 && value < Infinity) return value;
  throw new Unusable(path, `expected a finite number of at least 0, got ${value}`);
};

/** One of a oneof: integers, or floats of a recording rule. */
const either = (histogram: Message, integer: string, float: string): number =>
  counted(number(histogram, integer) ?? number(histogram, float) ?? 0, integer);

/** Populated buckets: spans say which, and integers come as differences to the bucket before, floats as they are. */
const buckets = (histogram: Message, sign: 'positive' | 'negative'): [index: number, count: number][] => {
  const deltas = list(histogram, `${sign}Deltas`);
  const counts = list(histogram, `${sign}Counts`);
  const values = deltas.length > 0 ? deltas : counts;
  if (values.length > MAX_BUCKETS)
    throw new Unusable(`${sign}Spans`, `${values.length} buckets; at most ${MAX_BUCKETS}`);
  const out: [number, number][] = [];
  let index = 0;
  let last = 0;
  for (const span of list(histogram, `${sign}Spans`) as Message[]) {
    index += number(span, 'offset') ?? 0;
    const length = number(span, 'length') ?? 0;
    if (out.length + length > values.length) throw new Unusable(`${sign}Spans`, 'longer than the counts');
    for (let i = 0; i < length; i++, index++) {
      const value = toNumber(values[out.length], `${sign}Counts`);
      last = deltas.length > 0 ? last + value : value;
      out.push([index - 1, counted(last, `${sign}Counts`)]);
    }
  }
  if (out.length !== values.length) throw new Unusable(`${sign}Spans`, 'shorter than the counts');
  return out;
};
