import { mean, median, robustDeviation } from './robust.ts';

/** Continues a series of days. The same values give the same answer. */
export interface Forecaster {
  name: string;
  /** @param values at least eight days, the newest last; @returns `horizon` values from the next day on */
  forecast(values: readonly number[], horizon: number): number[];
}

const WEEK = 7;

const ahead = (horizon: number, of: (lead: number) => number): number[] =>
  Array.from({ length: horizon }, (_, i) => of(i + 1));

/** The same weekday of the last week: what everything else has to beat (Hyndman and Athanasopoulos, FPP3, 5.2). */
export const seasonalNaive: Forecaster = {
  name: 'same as last week',
  forecast: (values, horizon) => ahead(horizon, (lead) => values[values.length - WEEK + ((lead - 1) % WEEK)]!),
};

/** Median of the same weekday over the last four weeks: one strange week moves nothing. */
export const weekdayMedian: Forecaster = {
  name: 'median of the weekday',
  forecast: (values, horizon) => {
    const sameAs = (lead: number) => [1, 2, 3, 4].map((back) => values.length - back * WEEK + ((lead - 1) % WEEK));
    return ahead(horizon, (lead) => median(sameAs(lead).flatMap((i) => (i >= 0 ? [values[i]!] : []))));
  },
};

/** Smoothing of level and trend, and damping of the trend: the grid that the least one-step error is looked for on. */
const GRID = [0.05, 0.15, 0.3, 0.6].flatMap((alpha) =>
  [0, 0.05, 0.2].flatMap((beta) => [0.9, 0.98].map((phi) => ({ alpha, beta, phi }))),
);

/**
 * Holt's method with a damped trend on days without their weekday factor and without spikes (FPP3, 8.2 and 8.3, after Gardner
 * and McKenzie 1985): the trend fades out, so that 90 days ahead it does not run away.
 */
export const dampedTrend: Forecaster = {
  name: 'damped trend',
  forecast: (values, horizon) => {
    const factors = weekdayFactors(values);
    const factorAt = (i: number) => factors[i % WEEK]!;
    const calm = withoutSpikes(values.map((value, i) => value / factorAt(i)));
    const best = GRID.map((parameters) => smoothed(calm, parameters)).reduce((a, b) => (b.error < a.error ? b : a));
    const { level, trend, phi } = best;
    return ahead(
      horizon,
      (lead) => (level + (trend * phi * (1 - phi ** lead)) / (1 - phi)) * factorAt(values.length - 1 + lead),
    );
  },
};

export const FORECASTERS: readonly Forecaster[] = [seasonalNaive, weekdayMedian, dampedTrend];

/** Median ratio of a weekday to the week around it, 1 on average; all 1 where there is no positive week. Index: day modulo 7. */
const weekdayFactors = (values: readonly number[]): number[] => {
  const ratios: number[][] = Array.from({ length: WEEK }, () => []);
  for (let i = 3; i + 3 < values.length; i++) {
    const week = mean(values.slice(i - 3, i + 4));
    if (week > 0) ratios[i % WEEK]!.push(values[i]! / week);
  }
  const factors = ratios.map((some) => (some.length > 0 ? median(some) : 1));
  const average = mean(factors);
  return factors.some((factor) => factor <= 0.01) ? factors.map(() => 1) : factors.map((factor) => factor / average);
};

/** Values farther than four robust deviations from the median of the days around them are brought back to there. */
const withoutSpikes = (values: readonly number[]): number[] => {
  const around = values.map((_, i) => median(values.slice(Math.max(0, i - WEEK), i + WEEK + 1)));
  const reach = 4 * robustDeviation(values.map((value, i) => value - around[i]!));
  return values.map((value, i) => Math.min(around[i]! + reach, Math.max(around[i]! - reach, value)));
};

const smoothed = (values: readonly number[], { alpha, beta, phi }: (typeof GRID)[number]) => {
  let level = mean(values.slice(0, WEEK));
  let trend = 0;
  let error = 0;
  values.forEach((value, i) => {
    const expected = level + phi * trend;
    if (i >= WEEK) error += Math.abs(value - expected);
    const next = expected + alpha * (value - expected);
    trend = phi * trend + beta * (next - level - phi * trend);
    level = next;
  });
  return { level, trend, phi, error };
};
