import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialBounds, MAX_BUCKETS } from '../../../core/telemetry/otlp/exponential.ts';

const histogram = (
  scale: number,
  positive: [number, number][],
  rest: { negative?: [number, number][]; zeroCount?: number; zeroThreshold?: number } = {},
) => exponentialBounds({ scale, positive, negative: [], zeroCount: 0, zeroThreshold: 0, ...rest });

/** Index of the bucket that holds a value at a scale, by its definition: base^i < value <= base^(i+1). */
const indexOf = (value: number, scale: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1;

const countsOf = (values: readonly number[], scale: number): [number, number][] => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(indexOf(value, scale), (counts.get(indexOf(value, scale)) ?? 0) + 1);
  return [...counts];
};

describe('An exponential histogram', () => {
  it('has the bounds of the data model: scale 0 by powers of two, from the lower edge on', () => {
    expect(
      histogram(0, [
        [0, 1],
        [2, 3],
      ]),
    ).toEqual([
      { bound: 1, countUpTo: 0 },
      { bound: 2, countUpTo: 1 },
      { bound: 4, countUpTo: 1 },
      { bound: 8, countUpTo: 4 },
    ]);
  });

  it('puts zero between negatives and positives', () => {
    expect(histogram(0, [[0, 1]], { negative: [[1, 2]], zeroCount: 5, zeroThreshold: 0.25 })).toEqual([
      { bound: -4, countUpTo: 0 },
      { bound: -2, countUpTo: 2 },
      { bound: 0.25, countUpTo: 7 },
      { bound: 1, countUpTo: 7 },
      { bound: 2, countUpTo: 8 },
    ]);
  });

  it('of no values has no bounds', () => {
    expect(histogram(20, [])).toEqual([]);
  });

  it('leaves bounds beyond a double to +Inf', () => {
    expect(
      histogram(-10, [
        [0, 1],
        [1, 1],
      ]),
    ).toEqual([{ bound: 1, countUpTo: 0 }]);
  });

  it('counts exactly what lies at or below each bound, within 160 buckets, ascending', () => {
    const value = fc.integer({ min: -400_000, max: 400_000 }).map((e) => 2 ** (e / 10_000));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: -4, max: 20 }),
        (values, scale) => {
          const bounds = histogram(scale, countsOf(values, scale));

          expect(bounds.length).toBeLessThanOrEqual(MAX_BUCKETS + 2);
          expect(bounds.at(-1)!.countUpTo).toBe(values.length);
          bounds.forEach(({ bound, countUpTo }, i) => {
            if (i > 0) expect(bound).toBeGreaterThan(bounds[i - 1]!.bound);
            // Values on a bound's edge may fall to either side by the logarithm's rounding.
            expect(countUpTo).toBeGreaterThanOrEqual(values.filter((v) => v <= bound * (1 - 1e-9)).length);
            expect(countUpTo).toBeLessThanOrEqual(values.filter((v) => v <= bound * (1 + 1e-9)).length);
          });
        },
      ),
    );
  });

  it('has at a coarser scale some of the bounds it has at a finer one', () => {
    const fine = new Set(
      histogram(3, [
        [-30, 1],
        [40, 1],
      ]).map(({ bound }) => bound),
    );

    for (const scale of [2, 1, 0, -1])
      for (const { bound } of histogram(scale, [
        [Math.floor(-30 / 2 ** (3 - scale)) + 1, 1],
        [Math.floor(40 / 2 ** (3 - scale)) - 1, 1],
      ]))
        expect(fine.has(bound)).toBe(true);
  });

  it('is known to a factor of 2^(1/8) at any finer scale', () => {
    const bounds = histogram(20, countsOf([100, 130], 20)).map(({ bound }) => bound);

    expect(bounds[0]! < 100 && bounds[1]! >= 100).toBe(true);
    for (const [i, bound] of bounds.slice(1).entries()) expect(bound / bounds[i]!).toBeCloseTo(2 ** (1 / 8), 12);
  });
});
