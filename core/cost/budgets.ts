import * as z from 'zod';
import { isTimeZone } from '../query/time.ts';
import { DAY, HOUR } from '../telemetry/families.ts';
import { PERIODS, type Period, periodAt, startOf } from './calendar.ts';
import { BASES, COST_DIMENSIONS, type CostEntry } from './entry.ts';
import { type ForecastAnswer, type Interval, periodEnd } from './forecast.ts';
import type { Scope } from './scope.ts';

const text = z.string().min(1).max(256);
const percent = z.number().positive().max(10_000);

const Fixed = z
  .strictObject({ from: z.iso.date().describe('first day'), to: z.iso.date().describe('last day') })
  .refine(({ from, to }) => from <= to, 'the last day must not be before the first');

/** A budget as configuration and API say it. */
export const Budget = z.strictObject({
  usd: z.number().positive().max(1e12).describe('US dollars for each period'),
  scope: z
    .partialRecord(z.enum(COST_DIMENSIONS), text)
    .default({})
    .describe('labels of the costs that count, for example team: search; none = everything'),
  period: z.union([z.enum(PERIODS), Fixed]).default('month'),
  timeZone: text
    .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
    .default('UTC')
    .describe('whose midnights periods begin at'),
  basis: z.enum(BASES).default('estimated'),
  thresholds: z.array(percent).max(10).default([50, 75, 90, 100]).describe('per cent spent'),
  forecastThresholds: z.array(percent).max(10).default([100]).describe('per cent expected at the end of the period'),
  owner: text.optional(),
});
export type Budget = z.infer<typeof Budget>;

/** What a budget is called; also its key in a store. */
export const BudgetName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected 1 to 64 letters, digits, dots, dashes and underscores');

/** The period that a time lies in; undefined = none, before or after fixed days. */
export const budgetPeriod = ({ period, timeZone }: Budget, atMs: number): Period | undefined => {
  if (typeof period === 'string') return periodAt(period, timeZone, atMs);
  const last = startOf(period.to, timeZone);
  const fixed = { fromMs: startOf(period.from, timeZone), toMs: periodAt('day', timeZone, last).toMs };
  return atMs >= fixed.fromMs && atMs < fixed.toMs ? fixed : undefined;
};

/**
 * Rates at which an error budget is burnt that wake somebody, each over two windows, so that it neither cries at a blip nor goes on
 * crying: the four of the Google SRE Workbook, chapter 5 "Alerting on SLOs" (2 % of 30 days in 1 h, 5 % in 6 h, 10 % in a day and
 * in three days). For other periods windows keep their share of the period; the ledger has hours, so none is shorter.
 */
export const BURN_RATES = [
  { factor: 14.4, longHours: 1, shortHours: 1 / 12, severity: 'critical' },
  { factor: 6, longHours: 6, shortHours: 0.5, severity: 'critical' },
  { factor: 3, longHours: 24, shortHours: 2, severity: 'warning' },
  { factor: 1, longHours: 72, shortHours: 6, severity: 'info' },
] as const;
const BURN_PERIOD_DAYS = 30;
/** For shorter periods half the windows would be one hour: thresholds say all there is to say. */
const LEAST_BURN_DAYS = 7;

export interface Burn {
  factor: number;
  severity: (typeof BURN_RATES)[number]['severity'];
  longHours: number;
  shortHours: number;
  /** Spent in the window over what the budget has for that time: 1 = exactly on budget. */
  longRate: number;
  shortRate: number;
  isBurning: boolean;
}

export interface BudgetStatus {
  period: Period;
  /** Dollars. */
  actual: number;
  percent: number;
  /** null with a reason where it is not known. */
  forecast: Interval | null;
  forecastPercent: number | null;
  whyNoForecast?: string;
  burns: Burn[];
  /** What is reached: actual >= threshold. Burning at 1× is no crossing. */
  crossed: { kind: 'actual' | 'forecast'; threshold: number }[];
  /** Entries without a price in the period: the actual is at least this, and more by what they cost. */
  unpriced: number;
}

/**
 * How a budget stands.
 *
 * @param entries hourly entries of the budget's scope and basis, of the whole period and of three days before `nowMs`
 * @param forecast of the scope by days
 * @returns undefined where the budget has no period now
 */
export const budgetStatus = (
  budget: Budget,
  { entries, forecast, nowMs }: { entries: readonly CostEntry[]; forecast: ForecastAnswer; nowMs: number },
): BudgetStatus | undefined => {
  const period = budgetPeriod(budget, nowMs);
  if (!period) return undefined;
  const actual = spent(entries, period.fromMs, period.toMs);
  const end = endOf(forecast, { spent: actual, nowMs, toMs: period.toMs });
  const percentOf = (usd: number) => (usd / budget.usd) * 100;
  const forecastPercent = end.forecast === null ? null : percentOf(end.forecast.expected);
  const isCrossed = (value: number | null) => (threshold: number) => value !== null && value >= threshold;
  return {
    period,
    actual,
    percent: percentOf(actual),
    ...end,
    forecastPercent,
    burns: burnsOf(budget, period, entries, nowMs),
    crossed: [
      ...budget.thresholds
        .filter(isCrossed(percentOf(actual)))
        .map((threshold) => ({ kind: 'actual' as const, threshold })),
      ...budget.forecastThresholds
        .filter(isCrossed(forecastPercent))
        .map((threshold) => ({ kind: 'forecast' as const, threshold })),
    ],
    unpriced: entries.filter(({ startMs, cost }) => cost === null && startMs >= period.fromMs && startMs < period.toMs)
      .length,
  };
};

/** How grave it is to reach a threshold: that all is spent somebody must hear at once. */
export const severityOfThreshold = (kind: 'actual' | 'forecast', threshold: number): 'critical' | 'warning' | 'info' =>
  kind === 'forecast' ? 'warning' : threshold >= 100 ? 'critical' : threshold >= 90 ? 'warning' : 'info';

/** The scope as one that a port can be asked for. */
export const scopeOf = ({ scope }: Pick<Budget, 'scope'>): Scope =>
  Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));

const spent = (entries: readonly CostEntry[], fromMs: number, toMs: number): number =>
  entries.reduce((sum, { startMs, cost }) => (startMs >= fromMs && startMs < toMs ? sum + (cost ?? 0) : sum), 0);

type PeriodEnd = Pick<BudgetStatus, 'forecast' | 'whyNoForecast'>;

const endOf = (forecast: ForecastAnswer, at: { spent: number; nowMs: number; toMs: number }): PeriodEnd => {
  if (forecast.kind === 'tooLittleHistory')
    return {
      forecast: null,
      whyNoForecast: `${forecast.haveDays} days of history are too few: ${forecast.needDays} are needed`,
    };
  const end = periodEnd(forecast, at);
  return end
    ? { forecast: end }
    : { forecast: null, whyNoForecast: 'the period ends after the days that are forecast' };
};

const burnsOf = (
  { usd, basis }: Budget,
  { fromMs, toMs }: Period,
  entries: readonly CostEntry[],
  nowMs: number,
): Burn[] => {
  const days = (toMs - fromMs) / DAY;
  if (basis === 'billed' || days < LEAST_BURN_DAYS - 0.5) return []; // bills have no hours; a week may be an hour shorter
  const perHour = usd / (days * 24);
  const untilMs = Math.floor(nowMs / HOUR) * HOUR;
  const scaled = (hours: number) => Math.max(1, Math.round((hours * days) / BURN_PERIOD_DAYS));
  return BURN_RATES.map(({ factor, severity, ...windows }) => {
    const [longHours, shortHours] = [scaled(windows.longHours), scaled(windows.shortHours)];
    const rate = (hours: number) => spent(entries, untilMs - hours * HOUR, untilMs) / hours / perHour;
    const [longRate, shortRate] = [rate(longHours), rate(shortHours)];
    const isBurning = factor === 1 ? longRate > 1 && shortRate > 1 : longRate >= factor && shortRate >= factor;
    return { factor, severity, longHours, shortHours, longRate, shortRate, isBurning };
  });
};
