import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bins, binOf, MAX_KEY, quantile, RELATIVE_ERROR, valueOfBin } from '../../core/telemetry/sketch.ts';
import { runs } from '../usecases/world.ts';

const sketch = (values: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(binOf(value), (counts.get(binOf(value)) ?? 0) + 1);
  return counts;
};
const merge = (a: Map<number, number>, b: Map<number, number>) => {
  const merged = new Map(a);
  for (const [key, count] of b) merged.set(key, (merged.get(key) ?? 0) + count);
  return merged;
};
const sortedBins = (counts: Map<number, number>): Bins => {
  const sorted = [...counts].sort((a, b) => a[0] - b[0]);
  return { keys: sorted.map(([key]) => key), counts: sorted.map(([, count]) => count) };
};
const entries = (counts: Map<number, number>) => [...counts].sort((a, b) => a[0] - b[0]);
const rangeOf = (values: readonly number[]) => ({
  min: values.reduce((a, b) => Math.min(a, b)),
  max: values.reduce((a, b) => Math.max(a, b)),
});

/**
 * Relative to the order statistics that are interpolated. The last terms are the rounding of doubles, and the spacing of
 * the smallest ones.
 */
const expectWithinError = (values: readonly number[], q: number) => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (values.length - 1);
  const [low, high, f] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!, rank % 1];
  const exact = f === 0 ? low : low * (1 - f) + high * f;
  const allowed =
    RELATIVE_ERROR * (Math.abs(low) * (1 - f) + Math.abs(high) * f) * (1 + 1e-9) +
    1e-15 * (Math.abs(low) + Math.abs(high)) +
    2 * Number.MIN_VALUE;

  const answer = quantile(sortedBins(sketch(values)), q, rangeOf(values))!;

  expect(Math.abs(answer - exact), `q${q} of ${values.length} values: ${answer}, exactly ${exact}`).toBeLessThanOrEqual(
    allowed,
  );
};

const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
const value = fc.oneof(
  anyDouble,
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(0, -0, 1, -1, 5e-324, 1.7e308),
);
const values = fc.array(value, { minLength: 1, maxLength: 200 });
const q = fc.double({ min: 0, max: 1, noNaN: true });

describe('the sketch', () => {
  it('gives a larger value no smaller key', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [less, more] = a <= b ? [a, b] : [b, a];
        expect(binOf(less)).toBeLessThanOrEqual(binOf(more));
      }),
      runs(500, 100_000),
    );
  });

  it('has a key for every double, within its bounds and of the sign of the value', () => {
    for (const extreme of [5e-324, 2.2e-308, 1e-100, 1, 1e100, 1.7e308, Number.MAX_VALUE]) {
      expect(binOf(extreme)).toBeGreaterThan(0);
      expect(binOf(extreme)).toBeLessThanOrEqual(MAX_KEY);
      expect(binOf(-extreme)).toBe(-binOf(extreme));
    }
    expect([binOf(0), binOf(-0)]).toEqual([0, 0].map((zero) => zero));
  });

  it('reads a bin back within 1 % of every value in it', () => {
    fc.assert(
      fc.property(value, (one) => {
        const error = Math.abs(valueOfBin(binOf(one)) - one);
        expect(error).toBeLessThanOrEqual(RELATIVE_ERROR * Math.abs(one) * (1 + 1e-9) + 2 * Number.MIN_VALUE);
      }),
      runs(500, 100_000),
    );
  });

  it('of two parts merged is the sketch of the whole', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(entries(merge(sketch(a), sketch(b)))).toEqual(entries(sketch([...a, ...b])));
      }),
      runs(200, 10_000),
    );
  });

  it('does not depend on the order of values or of merges', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [x, y, z] = [sketch(a), sketch(b), sketch(c)];
        expect(entries(merge(z, merge(y, x)))).toEqual(entries(merge(merge(x, y), z)));
        expect(entries(sketch([...a].reverse()))).toEqual(entries(x));
      }),
      runs(100, 5_000),
    );
  });

  it('is within 1 % at every quantile, whatever the values', () => {
    fc.assert(
      fc.property(values, q, (some, at) => expectWithinError(some, at)),
      runs(500, 100_000),
    );
  });

  it('answers the minimum and the maximum exactly and never leaves them', () => {
    fc.assert(
      fc.property(values, q, (some, at) => {
        const bounds = rangeOf(some);
        const bins = sortedBins(sketch(some));
        expect(quantile(bins, 0, bounds)).toBe(bounds.min);
        expect(quantile(bins, 1, bounds)).toBe(bounds.max);
        expect(quantile(bins, at, bounds)!).toBeGreaterThanOrEqual(bounds.min);
        expect(quantile(bins, at, bounds)!).toBeLessThanOrEqual(bounds.max);
      }),
      runs(300, 20_000),
    );
  });

  it('does not fall as the quantile grows', () => {
    fc.assert(
      fc.property(values, q, q, (some, a, b) => {
        const bins = sortedBins(sketch(some));
        const [less, more] = [
          quantile(bins, Math.min(a, b), rangeOf(some))!,
          quantile(bins, Math.max(a, b), rangeOf(some))!,
        ];
        expect(more).toBeGreaterThanOrEqual(less - Math.abs(less) * 1e-12);
      }),
      runs(300, 20_000),
    );
  });

  it('is null when it is empty', () => {
    expect(quantile({ keys: [], counts: [] }, 0.5, { min: 0, max: 0 })).toBeNull();
    expect(quantile({ low: 5, counts: [0, 0] }, 0.5, { min: 0, max: 0 })).toBeNull();
  });

  it('reads bins that lie side by side, empty ones among them, as those with keys', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), q, (some, at) => {
        const counts = sketch(some);
        const low = Math.min(...counts.keys()) - 3;
        const dense = new Float64Array(Math.max(...counts.keys()) - low + 4);
        for (const [key, count] of counts) dense[key - low] = count;
        expect(quantile({ low, counts: dense }, at, rangeOf(some))).toBe(
          quantile(sortedBins(counts), at, rangeOf(some)),
        );
      }),
      runs(200, 5_000),
    );
  });
});

/** Seeded, so that a failure can be seen again. */
const uniform = (seed: number) => () => {
  seed = (seed * 48_271) % 0x7fff_ffff;
  return seed / 0x7fff_ffff;
};
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const draw = (count: number, of: (random: () => number) => number) => {
  const random = uniform(42);
  return Array.from({ length: count }, () => of(random));
};
const COUNT = process.env.MODELMETER_LONG ? 50_000 : 5_000;
const DISTRIBUTIONS: Record<string, number[]> = {
  'log-normal': draw(COUNT, (random) => Math.exp(6 + 1.2 * normal(random))),
  'heavy tail': draw(COUNT, (random) => 10 * random() ** (-1 / 0.8)),
  constant: draw(COUNT, () => 123.456),
  'two values': [1, 1000],
  'one value': [0.3],
  three: [1, 2, 4],
  negative: draw(COUNT, (random) => -Math.exp(normal(random))),
  'zeros and a few': [...draw(COUNT, () => 0), 5, 7, 1e6],
  'mixed signs': draw(COUNT, (random) => 50 * normal(random)),
  extremes: [5e-324, 1e-300, 1e-3, 1, 1e3, 1e300, 0.9e308, 1.7e308],
  'extremes of both signs': [-1.7e308, -1, -5e-324, 0, 5e-324, 1, 1.7e308],
  'whole numbers': draw(COUNT, (random) => Math.floor(random() * 100)),
};

describe('quantiles of known distributions', () => {
  it.each(Object.keys(DISTRIBUTIONS))('are within a hundredth of the exact ones: %s', (name) => {
    const of = DISTRIBUTIONS[name]!;
    for (let percent = 0; percent <= 100; percent++) expectWithinError(of, percent / 100);
    for (const tail of [0.999, 0.9999]) expectWithinError(of, tail);
  });
});
