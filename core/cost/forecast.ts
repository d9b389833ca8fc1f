import { DAY } from '../telemetry/families.ts';
import { type Backtest, backtest, halfWidth, testedLeads, usualDay } from './backtest.ts';
import { FORECASTERS, type Forecaster, seasonalNaive } from './forecasters.ts';
import type { Series } from './scope.ts';

/** Dollars, and the ranges that hold them with 80 % and 95 % probability if the future errs as the past did. */
export interface Interval {
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

export interface Forecast {
  kind: 'forecast';
  /** The method that erred least in the past. */
  method: string;
  /** [i] is of the day that begins at fromMs + i days. */
  fromMs: number;
  days: Interval[];
  /** [i] is the sum of the days 0 to i. */
  sums: Interval[];
  error: {
    /** Mean absolute error of a day as a share of the usual day, when asked in the past; and that of `same as last week`. */
    ratio: number;
    naiveRatio: number;
    beatsLastWeek: boolean;
    /** Days ahead that were tried; what is farther is a continuation. */
    testedDays: number;
    /** Days of history, and how many of them were unknown and filled in. */
    historyDays: number;
    filledDays: number;
  };
  /** What a reader should know. */
  notes: string[];
}

export type ForecastAnswer = Forecast | { kind: 'tooLittleHistory'; haveDays: number; needDays: number };

export const NEED_DAYS = 14;
/** How much less than last week's error another method must have to be taken: it was chosen among several, so luck helped it. */
const BETTER = 0.98;
const MOST_HISTORY_DAYS = 400;

/**
 * Forecast of a daily series, with the method of `forecasters` that erred least when asked in the past. Leading days without cost are
 * no history; unknown days are filled with the same weekday before. Where nothing was negative, nothing will be.
 *
 * @param series of days; its end is where the forecast begins
 * @param horizon days
 */
export const forecastDays = (
  series: Series,
  horizon: number,
  forecasters: readonly Forecaster[] = FORECASTERS,
): ForecastAnswer => {
  const { values, filledDays } = history(series.values);
  if (values.length < NEED_DAYS) return { kind: 'tooLittleHistory', haveDays: values.length, needDays: NEED_DAYS };
  const naive = backtest(seasonalNaive, values);
  const tests = forecasters.map((each) => (each === seasonalNaive ? naive : backtest(each, values)));
  const least = tests.reduce((a, b) => (b.error < a.error ? b : a), naive);
  const beatsLastWeek = least.error < BETTER * naive.error;
  const { forecaster, error, days, sums } = beatsLastWeek ? least : naive;
  const points = forecaster.forecast(values, horizon);
  const floor = values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  const usual = usualDay(values);
  const around = (expected: number, errors: Backtest['days'], lead: number, size: number): Interval =>
    interval(Math.max(floor, expected), floor, (share) => halfWidth(errors, lead, share) * size);
  let sum = 0;
  const testedDays = testedLeads(values.length);
  return {
    kind: 'forecast',
    method: forecaster.name,
    fromMs: series.startMs + series.values.length * DAY,
    days: points.map((point, i) => around(point, days, i + 1, usual)),
    sums: points.map((point, i) => {
      sum += Math.max(floor, point);
      return around(sum, sums, i + 1, usual * (i + 1) * overlap(Math.min(i + 1, testedDays), values.length));
    }),
    error: {
      ratio: error,
      naiveRatio: naive.error,
      beatsLastWeek,
      testedDays,
      historyDays: values.length,
      filledDays,
    },
    notes: [
      ...(beatsLastWeek ? [] : ['no method erred less than "same as last week", so that is the forecast']),
      ...(horizon > testedDays ? [`more than ${testedDays} days ahead was never tried: ranges are continued`] : []),
      ...(filledDays > 0 ? [`${filledDays} days without data were filled in`] : []),
    ],
  };
};

/**
 * What a period will have cost at its end: what it did so far, and the forecast of the rest, days cut by the period in proportion.
 * Undefined where the forecast does not reach the end. A period that is over costs what it did.
 *
 * @param spent dollars of the period until `nowMs`
 */
export const periodEnd = (
  forecast: Forecast,
  { spent, nowMs, toMs }: { spent: number; nowMs: number; toMs: number },
): Interval | undefined => {
  if (nowMs >= toMs) return interval(spent, spent, () => 0);
  const from = Math.max(0, (nowMs - forecast.fromMs) / DAY);
  const to = (toMs - forecast.fromMs) / DAY;
  const last = Math.ceil(to) - 1;
  const sum = forecast.sums[last];
  if (!sum || to <= from) return undefined;
  const rest = forecast.days.reduce((all, { expected }, i) => {
    const share = Math.min(to, i + 1) - Math.max(from, i);
    return share > 0 ? all + share * expected : all;
  }, 0);
  // As uncertain, for each dollar still to come, as the whole stretch is.
  const part = sum.expected > 0 ? rest / sum.expected : 1;
  return interval(
    spent + rest,
    spent + Math.min(0, rest),
    (share) => part * ((share === 0.8 ? sum.high80 : sum.high95) - sum.expected),
  );
};

/**
 * Sums that were tried overlap: forty sums of 28 days within 60 are two or three independent ones. Their range is widened by
 * √(1 + days of a sum / days tried), as a mean of so few is. Ours; test/cost/forecast.test.ts measures that it holds what it says.
 */
const overlap = (lead: number, historyDays: number): number => Math.sqrt(1 + lead / (historyDays * (2 / 3)));

const interval = (expected: number, floor: number, half: (share: 0.8 | 0.95) => number): Interval => ({
  expected,
  low80: Math.max(floor, expected - half(0.8)),
  high80: expected + half(0.8),
  low95: Math.max(floor, expected - half(0.95)),
  high95: expected + half(0.95),
});

const history = (all: readonly (number | null)[]): { values: number[]; filledDays: number } => {
  const first = all.findIndex((value) => value !== null && value !== 0);
  const known = first < 0 ? [] : all.slice(Math.max(first, all.length - MOST_HISTORY_DAYS));
  const values: number[] = [];
  for (const value of known) values.push(value ?? values.at(-7) ?? values.at(-1) ?? 0);
  return { values, filledDays: known.filter((value) => value === null).length };
};
