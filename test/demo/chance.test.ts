import { describe, expect, it } from 'vitest';
import { indexOf, logNormal, normal, poisson, seedOf, uniform, zipfShares } from '../../demo/chance.ts';

const N = 50_000;
const draw = (of: (random: () => number) => number, seed = 1) => {
  const random = uniform(seed);
  return Array.from({ length: N }, () => of(random));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('chance', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    expect(draw((random) => random(), 7)).toEqual(draw((random) => random(), 7));
    expect(draw((random) => random(), 7)).not.toEqual(draw((random) => random(), 8));
  });

  it('seeds neighbouring minutes without a visible relation', () => {
    const first = Array.from({ length: N }, (_, minute) => uniform(seedOf(1, 2, 29_000_000 + minute))());

    expect(mean(first)).toBeCloseTo(0.5, 2);
    expect(new Set(first).size).toBeGreaterThan(N * 0.999);
    // Correlation of neighbours, 0 when there is none; its standard error is 1 / sqrt(N) = 0.0045.
    expect(12 * mean(first.slice(1).map((value, i) => (value - 0.5) * (first[i]! - 0.5)))).toBeCloseTo(0, 1);
  });

  it('draws normal, log-normal and Poisson numbers with their moments', () => {
    const normals = draw(normal);
    expect(mean(normals)).toBeCloseTo(0, 1);
    expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);

    const sorted = draw((random) => logNormal(random, { median: 40, sigma: 0.5 })).sort((a, b) => a - b);
    expect(sorted[N / 2]! / 40).toBeCloseTo(1, 1);
    // The 84.13th percentile of a log-normal is its median times e^sigma.
    expect(sorted[Math.floor(N * 0.8413)]! / (40 * Math.exp(0.5))).toBeCloseTo(1, 1);

    expect(mean(draw((random) => poisson(random, 2.5)))).toBeCloseTo(2.5, 1);
    expect(draw((random) => poisson(random, 0)).every((count) => count === 0)).toBe(true);
  });

  it("draws ranks by Zipf's law", () => {
    const shares = zipfShares({ size: 40, exponent: 1 });
    const ranks = draw((random) => indexOf(shares, random()));

    const first = ranks.filter((rank) => rank === 0).length;
    const second = ranks.filter((rank) => rank === 1).length;
    expect(first / second).toBeCloseTo(2, 0);
    expect(Math.max(...ranks)).toBe(39);
  });
});
