import { needRole } from '../access/roles.ts';
import { type AnomalyAnswer, type AnomalyOptions, findAnomalies } from '../cost/anomalies.ts';
import { periodAt } from '../cost/calendar.ts';
import { componentsOf } from '../cost/components.ts';
import { type Change, changeBy, decompose } from '../cost/decompose.ts';
import { type CostDetector, seasonalMedian } from '../cost/detector.ts';
import type { Basis, CostDimension, CostEntry, CostLabels } from '../cost/entry.ts';
import { type ForecastAnswer, forecastDays, type Interval, periodEnd } from '../cost/forecast.ts';
import { FORECASTERS, type Forecaster } from '../cost/forecasters.ts';
import { type CostReader, type LedgerReader, MOST_CLIENT_DAYS, readerFor } from '../cost/reading.ts';
import { isIn, type Scope, scopeSeries } from '../cost/scope.ts';
import type { Principal } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';
import { type BudgetAnswer, type BudgetPorts, listBudgets, statusesOf } from './budgets.ts';

export interface CostAnalysisPorts {
  ledger: LedgerReader;
  /** @default seasonalMedian */
  detector?: CostDetector;
  /** @default FORECASTERS */
  forecasters?: readonly Forecaster[];
}

const HISTORY_DAYS = 400;
export const FORECAST_DAYS = 90;
/** Whole weeks that movers are compared over. */
const MOVER_DAYS = 7;
const MOVERS = 10;
const MOST_UNPRICED = 100;
const MOVER_DIMENSIONS = ['deployment', 'model', 'team', 'project', 'service', 'operation', 'line'] as const;

const startOfDay = (nowMs: number): number => Math.floor(nowMs / DAY) * DAY;
const costOf = (entries: readonly CostEntry[], fromMs: number): number =>
  entries.reduce((sum, { startMs, cost }) => (startMs >= fromMs ? sum + (cost ?? 0) : sum), 0);

/**
 * What a scope will cost: 90 days ahead, and at the end of this month (UTC). The running day is forecast as a whole.
 *
 * @throws AppError forbidden without the role
 */
export const costForecast =
  (ports: CostAnalysisPorts) =>
  async (principal: Principal, { scope = {}, basis = 'estimated' }: CostScope, nowMs: number) => {
    needRole(principal, 'reader', 'ask for costs');
    return forecastOf(ports, readerFor(ports.ledger, principal), { scope, basis }, nowMs);
  };

export interface CostScope {
  /** @default everything */
  scope?: Scope;
  /** @default estimated */
  basis?: Basis;
}

export interface CostForecast {
  forecast: ForecastAnswer;
  /** Dollars since the month began, and at its end; null where there is no forecast. */
  month: { fromMs: number; toMs: number; soFar: number; end: Interval | null };
}

const forecastOf = async (
  { forecasters = FORECASTERS }: CostAnalysisPorts,
  reader: CostReader,
  { scope, basis }: Required<CostScope>,
  nowMs: number,
): Promise<CostForecast> => {
  const toMs = startOfDay(nowMs);
  const month = periodAt('month', 'UTC', nowMs);
  const [history, entries] = await Promise.all([
    reader.history({ basis, days: HISTORY_DAYS, toMs, scope }),
    reader.mixed({ basis, fromMs: month.fromMs, toMs: nowMs, scope }),
  ]);
  const series = scopeSeries(history.entries, { fromMs: history.fromMs, toMs, stepMs: DAY }, scope);
  const forecast = forecastDays(series, FORECAST_DAYS, forecasters);
  const soFar = costOf(
    entries.filter(({ labels }) => isIn(scope, labels)),
    month.fromMs,
  );
  const end = forecast.kind === 'forecast' ? periodEnd(forecast, { spent: soFar, nowMs, toMs: month.toMs }) : undefined;
  return { forecast, month: { ...month, soFar, end: end ?? null } };
};

/**
 * Where more was spent than was to be expected, lately, with who and what drove it.
 *
 * @throws AppError forbidden without the role
 */
export const costAnomalies =
  (ports: CostAnalysisPorts) =>
  async (principal: Principal, options: Partial<AnomalyOptions>, nowMs: number): Promise<AnomalyAnswer> => {
    needRole(principal, 'reader', 'ask for costs');
    return anomaliesOf(ports, readerFor(ports.ledger, principal), options, nowMs);
  };

const anomaliesOf = async (
  { detector = seasonalMedian }: CostAnalysisPorts,
  reader: CostReader,
  options: Partial<AnomalyOptions>,
  nowMs: number,
): Promise<AnomalyAnswer> => {
  const todayMs = startOfDay(nowMs);
  const basis = 'estimated';
  const [hourly, daily] = await Promise.all([
    reader.entries({ basis, grain: 'client', fromMs: todayMs - (MOST_CLIENT_DAYS - 1) * DAY, toMs: nowMs }),
    reader.entries({ basis, grain: 'day', fromMs: todayMs - 70 * DAY, toMs: todayMs }),
  ]);
  return findAnomalies({ hourly, daily, nowMs }, options, detector);
};

export interface CostOverview {
  currency: 'USD';
  basis: Basis;
  nowMs: number;
  /** Dollars of the running day (UTC), and of the same hours of the same weekday last week; null = the ledger had nothing then. */
  today: { soFar: number; lastWeek: number | null };
  month: CostForecast['month'];
  forecast: ForecastAnswer;
  /** The last seven whole days against the seven before: in total, and who moved most, by what. */
  movers: { total: Change; top: (Change & { labels: CostLabels })[] };
  anomalies: AnomalyAnswer;
  budgets: BudgetAnswer[];
  /** What was used this month and has no price: in no sum above. The largest quantities first. */
  unpriced: { labels: CostLabels; quantity: number; missing: string }[];
}

/**
 * One answer for whoever opens the page: today, the month, what is coming, what moved, what stands out, budgets, and what is not
 * in any of it. Everything is of the caller's teams.
 *
 * @throws AppError forbidden without the role
 */
export const costOverview =
  (ports: CostAnalysisPorts & BudgetPorts) =>
  async (principal: Principal, nowMs: number): Promise<CostOverview> => {
    needRole(principal, 'reader', 'ask for costs');
    const reader = readerFor(ports.ledger, principal);
    const basis = 'estimated';
    const todayMs = startOfDay(nowMs);
    const weekMs = MOVER_DAYS * DAY;
    const month = periodAt('month', 'UTC', nowMs);
    const read = (grain: 'hour' | 'day', fromMs: number, toMs: number) =>
      reader.entries({ basis, grain, fromMs, toMs });
    const [today, then, days, thisMonth, forecast, anomalies, budgets] = await Promise.all([
      read('hour', todayMs, nowMs),
      read('hour', todayMs - weekMs, nowMs - weekMs),
      read('day', todayMs - 2 * weekMs, todayMs),
      reader.mixed({ basis, fromMs: month.fromMs, toMs: nowMs }),
      forecastOf(ports, reader, { scope: {}, basis }, nowMs),
      anomaliesOf(ports, reader, {}, nowMs),
      listBudgets(ports)(principal).then((some) => statusesOf(some, reader, nowMs)),
    ]);
    return {
      currency: 'USD',
      basis,
      nowMs,
      today: { soFar: costOf(today, 0), lastWeek: then.length === 0 ? null : costOf(then, 0) },
      ...forecast,
      movers: moversOf(days, todayMs - weekMs),
      anomalies,
      budgets,
      unpriced: unpricedOf(thisMonth),
    };
  };

const moversOf = (days: readonly CostEntry[], sinceMs: number): CostOverview['movers'] => {
  const dimensions: readonly CostDimension[] = [...MOVER_DIMENSIONS, 'item'];
  const result = decompose(
    componentsOf(
      days.filter(({ startMs }) => startMs < sinceMs),
      dimensions,
    ),
    componentsOf(
      days.filter(({ startMs }) => startMs >= sinceMs),
      dimensions,
    ),
  );
  const { components: _, unpriced: __, ...total } = result;
  const moved = changeBy(result, MOVER_DIMENSIONS).filter(({ change }) => change !== 0);
  return { total, top: moved.slice(0, MOVERS) };
};

const unpricedOf = (entries: readonly CostEntry[]): CostOverview['unpriced'] => {
  const sums = new Map<string, CostOverview['unpriced'][number]>();
  for (const { labels, quantity, cost, missing = 'a price' } of entries) {
    if (cost !== null) continue;
    const { deployment, model, service, resourceType, item, region } = labels;
    const known = Object.entries({ deployment, model, service, resourceType, item, region }).filter(([, v]) => v);
    const kept = Object.fromEntries(known) as CostLabels;
    const key = JSON.stringify([kept, missing]);
    const sum = sums.get(key) ?? { labels: kept, quantity: 0, missing };
    sums.set(key, { ...sum, quantity: sum.quantity + quantity });
  }
  return [...sums.values()].toSorted((a, b) => b.quantity - a.quantity).slice(0, MOST_UNPRICED);
};
