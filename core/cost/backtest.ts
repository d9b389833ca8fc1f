import type { Forecaster } from './forecasters.ts';
import { mean, quantile } from './robust.ts';

/** How wrong a forecaster was, had it been asked on days in the past. Errors are shares of the usual day's cost. */
export interface Backtest {
  forecaster: Forecaster;
  /** Mean absolute error of a day. */
  error: number;
  /** [lead − 1] → absolute errors of days so far ahead. */
  days: number[][];
  /** [lead − 1] → absolute errors of the sum of the days up to there, for each of its days. */
  sums: number[][];
}

/** Days that are enough to be asked, and of which the last are tried; more of either changes nothing but the time it takes. */
export const LEAST_DAYS = 8;
const MOST_LEADS = 28;
const MOST_ORIGINS = 40;
const USUAL_DAYS = 28;

/** What a day usually costs lately: errors of a series that has grown are compared by it. >= 0 */
export const usualDay = (values: readonly number[]): number => mean(values.slice(-USUAL_DAYS).map(Math.abs));

export const testedLeads = (days: number): number => Math.max(1, Math.min(MOST_LEADS, Math.floor(days / 3)));

/**
 * Rolling-origin evaluation (Tashman 2000; FPP3, 5.10): asks on each of up to forty days of the past, knowing what was known
 * then, and compares with what came.
 *
 * @param values at least LEAST_DAYS + 2 days
 */
export const backtest = (forecaster: Forecaster, values: readonly number[]): Backtest => {
  const leads = testedLeads(values.length);
  const first = Math.max(LEAST_DAYS, Math.floor(values.length / 3));
  const origins = values.length - first;
  const every = Math.ceil(origins / MOST_ORIGINS);
  const days: number[][] = Array.from({ length: leads }, () => []);
  const sums: number[][] = Array.from({ length: leads }, () => []);
  for (let origin = values.length - 1; origin >= first; origin -= every) {
    const known = values.slice(0, origin);
    const usual = usualDay(known);
    if (usual === 0) continue;
    let sum = 0;
    forecaster.forecast(known, Math.min(leads, values.length - origin)).forEach((forecast, i) => {
      const error = (values[origin + i]! - forecast) / usual;
      sum += error;
      days[i]!.push(Math.abs(error));
      sums[i]!.push(Math.abs(sum) / (i + 1));
    });
  }
  const all = days.flat();
  return { forecaster, error: all.length > 0 ? mean(all) : 0, days, sums };
};

/** Half of the width of a normal 95 % interval over that of an 80 % one. */
const WIDER = 1.96 / 1.2816;
/** Leads beside the one in question whose errors count too. */
const NEIGHBOURS = 3;

/**
 * Half the width of an interval that holds `share` of what comes, from absolute errors by lead: their (n + 1) · share-th
 * smallest (split conformal prediction: Vovk, Gammerman and Shafer 2005; Lei et al. 2018). Where there are too few errors for 95 %
 * it is made of the 80 % one as if errors were normal. Beyond the leads that were tried it grows with the square root of the
 * lead, as a random walk's does.
 */
export const halfWidth = (errors: readonly (readonly number[])[], lead: number, share: 0.8 | 0.95): number => {
  const tried = Math.min(lead, errors.length);
  const near = errors.slice(Math.max(0, tried - 1 - NEIGHBOURS), tried + NEIGHBOURS).flat();
  if (near.length === 0) return 0;
  const growth = Math.sqrt(lead / tried);
  const rank = share * (near.length + 1);
  if (rank > near.length) return share === 0.95 ? WIDER * halfWidth(errors, lead, 0.8) : Math.max(...near) * growth;
  const width = near.length === 1 ? near[0]! : quantile(near, Math.min(1, (Math.ceil(rank) - 1) / (near.length - 1)));
  return Math.max(width * growth, share === 0.95 ? halfWidth(errors, lead, 0.8) : 0);
};
