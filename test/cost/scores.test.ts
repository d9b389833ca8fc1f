import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { against, againstClouds, againstIndustry, INDUSTRY } from '../../core/cost/benchmarks.ts';
import { type CostFacts, OPPORTUNITIES, SCORE_PARTS, scoresOf } from '../../core/cost/scores.ts';

const facts = (more: Partial<CostFacts> = {}): CostFacts => ({
  totalUsd: 1000,
  computeUsd: 800,
  idleUsd: 0,
  idleHeldUsd: 0,
  trainingUsd: 0,
  gpuUtilization: 0.6,
  peakToAverage: 3,
  spotSavingsRatio: null,
  ownedRatio: 1,
  pricedRatio: 1,
  ...more,
});
const kinds = (more: Partial<CostFacts>) => scoresOf(facts(more)).opportunities.map(({ kind }) => kind);

describe('scores', () => {
  it('is 100 with nothing to improve, and has nothing to save then', () => {
    const { overall, opportunities, potential } = scoresOf(facts());

    expect(overall).toEqual({ score: 100, knownWeight: 1 });
    expect(opportunities).toEqual([]);
    expect(potential).toEqual({ lowUsd: 0, highUsd: 0, expectedUsd: 0 });
  });

  it('advises at the thresholds of the requirements, not on them', () => {
    expect(kinds({ gpuUtilization: 0.59 })).toEqual(['right-sizing']);
    expect(kinds({ peakToAverage: 3.1 })).toEqual(['autoscaling']);
    expect(kinds({ idleUsd: 100, idleHeldUsd: 100 })).toEqual(['release-idle', 'release-held']);
    expect(kinds({ trainingUsd: 100, spotSavingsRatio: 0.6 })).toEqual(['spot-training']);
    expect(kinds({ gpuUtilization: null, peakToAverage: null })).toEqual([]);
  });

  it('saves shares of what it is about, and no dollar twice', () => {
    const { opportunities, potential } = scoresOf(facts({ gpuUtilization: 0.3, peakToAverage: 5 }));

    expect(opportunities.find(({ kind }) => kind === 'right-sizing')!.savings).toMatchObject({
      lowUsd: 160,
      highUsd: 320,
    });
    expect(opportunities.find(({ kind }) => kind === 'autoscaling')!.savings).toMatchObject({
      lowUsd: 240,
      highUsd: 400,
    });
    expect(potential.lowUsd).toBeCloseTo(1000 * (1 - 0.84 * 0.76));
  });

  it('has no score of too little', () => {
    const { overall } = scoresOf(facts({ computeUsd: 0, gpuUtilization: null }));

    expect(overall).toEqual({ score: null, reason: 'too little is known: utilization, used are missing' });
  });

  it('stays within its bounds, whatever the facts', () => {
    const dollars = fc.double({ min: 0, max: 1e6, noNaN: true });
    const ratio = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
    const any = fc.record({
      totalUsd: dollars,
      gpuUtilization: ratio,
      peakToAverage: fc.option(fc.double({ min: 1, max: 100, noNaN: true })),
      spotSavingsRatio: ratio,
      ownedRatio: ratio,
      pricedRatio: ratio,
      shares: fc.array(fc.double({ min: 0, max: 0.25, noNaN: true }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(any, ({ shares, ...given }) => {
        const [idleUsd, idleHeldUsd, trainingUsd] = shares.map((share) => share * given.totalUsd);
        const { overall, opportunities, potential } = scoresOf(
          facts({
            ...given,
            computeUsd: given.totalUsd * 0.7,
            idleUsd: idleUsd!,
            idleHeldUsd: idleHeldUsd!,
            trainingUsd: trainingUsd!,
          }),
        );

        if (overall.score !== null) expect(overall.score >= 0 && overall.score <= 100 + 1e-9).toBe(true);
        for (const { score, difficulty } of opportunities) {
          expect(score >= 0 && score <= 100).toBe(true);
          expect(difficulty >= 1 && difficulty <= 5).toBe(true);
        }
        expect(
          potential.lowUsd <= potential.expectedUsd + 1e-6 && potential.expectedUsd <= potential.highUsd + 1e-6,
        ).toBe(true);
        expect(potential.highUsd <= given.totalUsd + 1e-6).toBe(true);
      }),
    );
  });

  it('names the source of every rule, and weighs its parts to one', () => {
    expect(SCORE_PARTS.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    for (const { source } of OPPORTUNITIES) expect(source).not.toBe('');
  });
});

describe('benchmarks', () => {
  it('compares with the median of others, if there are enough', () => {
    expect(against(12, [10, 8, 20])).toMatchObject({ kind: 'compared', other: 10, above: 1 / 3, of: 3 });
    expect(against(12, [10, null])).toEqual({ kind: 'unknown', reason: '1 to compare with, 3 are needed' });
    expect(against(null, [1, 2, 3])).toMatchObject({ kind: 'unknown' });
  });

  it('compares with quotes of other clouds, the cheapest first', () => {
    const quote = (provider: string, usdPerHour: number) => ({
      provider,
      instanceType: 'x',
      usdPerHour,
      source: 's',
      asOf: '2026-01-01',
    });

    const compared = againstClouds(4, [quote('a', 5), quote('b', 2)]);

    expect(compared.map(({ provider, difference }) => [provider, difference])).toEqual([
      ['b', 1],
      ['a', -0.19999999999999996],
    ]);
    expect(againstClouds(null, [quote('a', 5)])).toEqual([]);
  });

  it('has a source and a date for every figure of the industry', () => {
    for (const { asOf, url, source } of INDUSTRY) {
      expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(url).toMatch(/^https:/);
      expect(source).not.toBe('');
    }
    expect(againstIndustry({ gpuUtilization: 0.3 })).toMatchObject([{ own: 0.3, value: 0.05 }]);
  });
});
