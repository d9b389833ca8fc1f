import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAnomalies } from '../../core/cost/anomalies.ts';
import { type CostDetector, seasonalMedian } from '../../core/cost/detector.ts';
import type { CostEntry } from '../../core/cost/entry.ts';
import { quantile, robustDeviation, theilSenSlope } from '../../core/cost/robust.ts';
import { seriesByScope } from '../../core/cost/scope.ts';
import { byDay, chanceOf, normal, type Spike, syntheticLedger } from './syntheticLedger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const toMs = Date.UTC(2026, 5, 15, 9);
const spikeBefore = (anchorMs: number): Spike => ({
  deployment: 'chat-gateway',
  team: 'growth',
  client: 'growth-app-01',
  factor: 6,
  fromMs: anchorMs - 44 * HOUR,
  toMs: anchorMs - 39 * HOUR,
});
const find = (hourly: readonly CostEntry[], options = {}, detector?: CostDetector) =>
  findAnomalies({ hourly, daily: byDay(hourly), nowMs: toMs + 10 * 60_000 }, options, detector);

/** Hourly dollars of one deployment. */
const hourly = (days: number, costAt: (hour: number, random: () => number) => number, seed = 1): CostEntry[] => {
  const random = chanceOf(seed);
  return Array.from({ length: days * 24 }, (_, i) => ({
    startMs: toMs - (days * 24 - i) * HOUR,
    labels: { deployment: 'a', item: 'requests' },
    quantity: 1,
    cost: costAt(i, random),
  }));
};

describe('findAnomalies', () => {
  it('finds a spike of one client, with that client on top, and nothing else, over seeds', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const spike = spikeBefore(toMs);

      const { anomalies } = find(syntheticLedger({ seed, toMs, days: seed % 2 ? 21 : 35, spike }));
      const quiet = find(syntheticLedger({ seed, toMs, days: 21 }));

      expect(anomalies).toHaveLength(1);
      expect(anomalies[0]).toMatchObject({ scope: { client: 'growth-app-01' } });
      // A busy hour beside it may be taken for its part.
      expect(Math.abs(anomalies[0]!.fromMs - spike.fromMs)).toBeLessThanOrEqual(2 * HOUR);
      expect(Math.abs(anomalies[0]!.toMs - spike.toMs)).toBeLessThanOrEqual(2 * HOUR);
      expect(anomalies[0]!.drivers[0]).toMatchObject({
        labels: { deployment: 'chat-gateway', team: 'growth', client: 'growth-app-01' },
        main: 'volume',
      });
      expect(anomalies[0]!.drivers[0]!.share).toBeGreaterThan(0.9);
      expect(quiet.anomalies).toEqual([]);
    }
  });

  it('says that it knows too little, and then alarms of nothing', () => {
    const { anomalies, tooLittleHistory } = find(hourly(6, (hour) => (hour > 130 ? 1000 : 1)));

    expect(anomalies).toEqual([]);
    expect(tooLittleHistory).toContainEqual({ scope: { deployment: 'a' }, haveDays: 3, needDays: 7 });
  });

  it('takes growth and noise for what they are', () => {
    const growing = hourly(35, (hour, random) => 10 * 1.0004 ** hour * Math.exp(0.2 * normal(random)));

    expect(find(growing).anomalies).toEqual([]);
  });

  it('gets used to a lasting step within a week', () => {
    const step = (daysAgo: number) => hourly(35, (hour, random) => (hour >= (35 - daysAgo) * 24 ? 30 : 10) + random());

    expect(find(step(2), { dailyDays: 0 }).anomalies).not.toEqual([]);
    expect(find(step(10), { dailyDays: 0 }).anomalies).toEqual([]);
  });

  it('does not tell of less than is worth it', () => {
    const spiked = hourly(21, (hour) => (hour === 490 ? 2.5 : 1));

    expect(find(spiked, { minDollars: 1.4 }).anomalies).toHaveLength(1);
    expect(find(spiked, { minDollars: 1.6 }).anomalies).toEqual([]);
    expect(find(spiked, { minDollars: 1, minShare: 2 }).anomalies).toEqual([]);
  });

  it('does not take hours of which nothing is known for hours without cost', () => {
    const gap = hourly(21, () => 10).filter((_, i) => i < 460 || i >= 470);
    const { series } = seriesByScope(gap, { fromMs: toMs - 21 * DAY, toMs, stepMs: HOUR })[0]!;

    expect(series.values.slice(459, 471)).toEqual([10, ...new Array(10).fill(null), 10]);
    expect(find(gap).anomalies).toEqual([]);
  });

  it('asks whatever detector it is given', () => {
    const blind: CostDetector = { name: 'blind', judge: () => ({ kind: 'judged', points: [], by: 'nothing' }) };

    expect(find(syntheticLedger({ seed: 1, toMs, days: 21, spike: spikeBefore(toMs) }), {}, blind).anomalies).toEqual(
      [],
    );
  });

  it('finds nothing in nothing', () => {
    expect(find([]).anomalies).toEqual([]);
  });
});

describe('seasonalMedian', () => {
  it('judges alike in dollars and in cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0.01, 100), (seed, scale) => {
        const random = chanceOf(seed);
        const values = Array.from({ length: 24 * 24 }, () => Math.exp(normal(random)));
        const judge = (factor: number) =>
          seasonalMedian.judge({ startMs: 0, stepMs: HOUR, values: values.map((value) => value * factor) }, 23 * DAY);

        const [one, other] = [judge(1), judge(scale)];

        if (one.kind !== 'judged' || other.kind !== 'judged') throw new Error('expected judgements');
        expect(one.points).toHaveLength(24);
        one.points.forEach(({ score }, i) => {
          expect(other.points[i]!.score).toBeCloseTo(score, 6);
        });
      }),
      { numRuns: 10 },
    );
  });
});

describe('robust statistics', () => {
  it('agree with published values', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75); // R: quantile(1:4, .25)
    expect(robustDeviation([1, 1, 2, 2, 4, 6, 9])).toBeCloseTo(1.4826, 4); // median 2, MAD 1
    expect(theilSenSlope([1, 2, 3, 100])).toBe(17); // slopes 1, 1, 1, 33, 49, 97: their median
  });
});
