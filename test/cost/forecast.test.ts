import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forecast, forecastDays, NEED_DAYS, periodEnd } from '../../core/cost/forecast.ts';
import { dampedTrend, FORECASTERS, type Forecaster, seasonalNaive } from '../../core/cost/forecasters.ts';
import { chanceOf, normal } from './syntheticLedger.ts';

const DAY = 86_400_000;
const WEEK = [1.1, 1.12, 1.15, 1.1, 1.05, 0.75, 0.73];
const noisy = (seed: number, days: number, growth = 0) => {
  const random = chanceOf(seed * 7919);
  return Array.from(
    { length: days },
    (_, i) => 100 * (1 + growth) ** i * WEEK[i % 7]! * Math.exp(0.12 * normal(random)),
  );
};
const forecastOf = (values: (number | null)[], horizon = 28, forecasters?: readonly Forecaster[]): Forecast => {
  const answer = forecastDays({ startMs: 0, stepMs: DAY, values }, horizon, forecasters);
  if (answer.kind !== 'forecast') throw new Error(`too little history: ${answer.haveDays}`);
  return answer;
};

describe('forecastDays', () => {
  it.each([
    { growth: 0, days: 60 },
    { growth: 0.004, days: 120 },
  ])('has intervals that hold what they say over 100 seeds: %o', ({ growth, days }) => {
    const held = { day80: 0, day95: 0, sum80: 0, sum95: 0 };
    const asked = { day: 0, sum: 0 };
    for (let seed = 1; seed <= 100; seed++) {
      const all = noisy(seed, days + 28, growth);
      const forecast = forecastOf(all.slice(0, days));
      let sum = 0;
      for (let i = 0; i < 28; i++) {
        const actual = all[days + i]!;
        const [day, total] = [forecast.days[i]!, forecast.sums[i]!];
        sum += actual;
        asked.day++;
        if (actual >= day.low80 && actual <= day.high80) held.day80++;
        if (actual >= day.low95 && actual <= day.high95) held.day95++;
        if (![6, 13, 27].includes(i)) continue;
        asked.sum++;
        if (sum >= total.low80 && sum <= total.high80) held.sum80++;
        if (sum >= total.low95 && sum <= total.high95) held.sum95++;
      }
    }

    expect(held.day80 / asked.day).toBeGreaterThan(0.74);
    expect(held.day80 / asked.day).toBeLessThan(0.86);
    expect(held.day95 / asked.day).toBeGreaterThan(0.91);
    expect(held.sum80 / asked.sum).toBeGreaterThan(0.74);
    expect(held.sum80 / asked.sum).toBeLessThan(0.92);
    expect(held.sum95 / asked.sum).toBeGreaterThan(0.89);
  });

  it('errs less than "same as last week" where there is noise to smooth, and says by how much', () => {
    const { error, method } = forecastOf(noisy(3, 90));

    expect(error.beatsLastWeek).toBe(true);
    expect(method).not.toBe(seasonalNaive.name);
    expect(error.ratio).toBeLessThan(error.naiveRatio);
  });

  it('says so where it cannot beat "same as last week", and is that then', () => {
    const weeks = Array.from({ length: 70 }, (_, i) => 100 * WEEK[i % 7]!);

    const { error, method, notes, days } = forecastOf(weeks);

    expect(error).toMatchObject({ beatsLastWeek: false, naiveRatio: 0 });
    expect(method).toBe('same as last week');
    expect(notes[0]).toContain('no method erred less');
    expect(days[0]!.expected).toBeCloseTo(110);
  });

  it('follows growth, and lets it fade: 90 days ahead it stays within reason', () => {
    const { days } = forecastOf(noisy(1, 120, 0.01), 90, [dampedTrend]);
    const today = 100 * 1.01 ** 120;

    expect(days[10]!.expected).toBeGreaterThan(today * 0.7);
    expect(days[89]!.expected).toBeLessThan(today * 2.5);
  });

  it('does not carry a spike on', () => {
    const values = noisy(2, 60);
    const spiked = values.with(-3, values.at(-3)! * 8);

    const [calm, after] = [forecastOf(values, 28), forecastOf(spiked, 28)];

    expect(after.sums[27]!.expected / calm.sums[27]!.expected).toBeLessThan(1.15);
  });

  it('fills in unknown days and says so, and needs two weeks', () => {
    expect(
      forecastOf(
        noisy(1, 40)
          .with(20, Number.NaN)
          .map((value) => (Number.isNaN(value) ? null : value)),
      ).error,
    ).toMatchObject({
      filledDays: 1,
      historyDays: 40,
    });
    expect(forecastDays({ startMs: 0, stepMs: DAY, values: [0, null, ...noisy(1, NEED_DAYS - 1)] }, 28)).toEqual({
      kind: 'tooLittleHistory',
      haveDays: NEED_DAYS - 1,
      needDays: NEED_DAYS,
    });
  });

  it('scales with the unit, is finite, ordered and never negative for costs', () => {
    const costs = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(costs, (values) => {
        fc.pre(values[0]! > 0);
        const { days, sums } = forecastOf(values, 40);
        const cents = forecastOf(
          values.map((value) => value * 1024),
          40,
          FORECASTERS,
        );

        for (const { low95, low80, expected, high80, high95 } of [...days, ...sums]) {
          expect([low95, low80, expected, high80, high95].every(Number.isFinite)).toBe(true);
          expect(0 <= low95 && low95 <= low80 && low80 <= expected && expected <= high80 && high80 <= high95).toBe(
            true,
          );
        }
        expect(cents.sums[39]!.expected / 1024).toBeCloseTo(sums[39]!.expected, 3);
      }),
      { numRuns: 40 },
    );
  });
});

describe('periodEnd', () => {
  const steady = forecastOf(new Array(60).fill(10), 40);
  const dayMs = (days: number) => steady.fromMs + days * DAY;

  it('adds what is still to come to what was spent, days in proportion', () => {
    const end = periodEnd(steady, { spent: 105, nowMs: dayMs(0.5), toMs: dayMs(10) });

    expect(end!.expected).toBeCloseTo(105 + 95);
  });

  it('is what was spent once the period is over', () => {
    expect(periodEnd(steady, { spent: 7, nowMs: dayMs(1), toMs: dayMs(1) })).toMatchObject({ expected: 7, high95: 7 });
  });

  it('is not known beyond the forecast', () => {
    expect(periodEnd(steady, { spent: 0, nowMs: dayMs(0), toMs: dayMs(41) })).toBeUndefined();
  });
});
