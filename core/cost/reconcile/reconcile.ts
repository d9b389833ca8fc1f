import type { CostLabels } from '../entry.ts';
import { dayOf, type LedgerEntry, startOfDay } from './cells.ts';
import { chargeOf, isUsage } from './charges.ts';
import { coverageOf, type ServiceCoverage } from './coverage.ts';
import { type CorrectionFactor, factorOf } from './factors.ts';
import { explainGaps } from './gap.ts';
import type { GapDay } from './gapDay.ts';
import { matchUsage } from './match.ts';
import { remembered, serviceKey } from './names.ts';
import { addParts, noParts, PART_NAMES, type Parts } from './parts.ts';
import { stepOf } from './rounding.ts';

export interface ReconcileOptions {
  /** Only these days are answered, [fromMs, toMs); entries of other days are looked at to tell late days and changes of price. */
  fromMs?: number;
  toMs?: number;
  /** Days before it are closed: the bill says all of them. @default after the last day with usage on the bill */
  closedToMs?: number;
  /** Factors are of so many closed days. @default 14 */
  factorDays?: number;
}

/** Of one service on one day (UTC), US dollars. */
export interface ReconciledDay {
  /** YYYY-MM-DD. */
  day: string;
  service: string;
  estimated: number;
  billed: number;
  /** What both agree on. It is no part of the difference. */
  matched: number;
  /** They sum up to billed − estimated. */
  parts: Parts;
  /** Is the bill of this day complete? */
  isClosed: boolean;
}

export type ReconciledTotal = Pick<ReconciledDay, 'estimated' | 'billed' | 'matched' | 'parts'>;

export interface Reconciliation {
  /** By day and service. */
  days: ReconciledDay[];
  total: ReconciledTotal;
  /** Of closed days; most dollars first. */
  coverage: ServiceCoverage[];
  /** Measured, never applied; most dollars first. */
  factors: CorrectionFactor[];
  /** Billed in other currencies, which are not compared. */
  leftOut: { currency: string; billed: number }[];
}

/**
 * The estimated beside the billed ledger, by day and service, and what the difference is made of. Entries may be of hours or
 * of days, in any order; labels that only one side says are not compared.
 */
export const reconcile = ({
  estimated,
  billed,
  options = {},
}: {
  estimated: readonly LedgerEntry[];
  billed: readonly LedgerEntry[];
  options?: ReconcileOptions;
}): Reconciliation => {
  const comparable = billed.filter((entry) => currencyOf(entry) === 'USD');
  const closedTo = dayOf(options.closedToMs ?? endOfBill(comparable));
  const isAsked = ({ day }: { day: number }) =>
    startOfDay(day) >= (options.fromMs ?? Number.NEGATIVE_INFINITY) &&
    startOfDay(day) < (options.toMs ?? Number.POSITIVE_INFINITY);

  const services = byService(estimated, comparable).map((service) => ({
    ...service,
    matches: explainService(service),
  }));
  const all = services.map(({ name, matches, charges }) => ({
    name,
    days: [...matches.flatMap((match) => match.days), ...charges].filter(isAsked),
    usage: matches.flatMap((match) => match.days).filter((one) => isAsked(one) && one.day < closedTo),
  }));
  const days = all
    .flatMap(({ name, days }) => sumByDay(days).map((day) => reconciledDay(name, day, closedTo)))
    .sort((a, b) => (a.day === b.day ? compare(a.service, b.service) : compare(a.day, b.day)));
  const firstOfFactors = closedTo - (options.factorDays ?? 14);
  return {
    days,
    total: days.reduce(addTotals, { estimated: 0, billed: 0, matched: 0, parts: noParts() }),
    coverage: all.flatMap(({ name, usage }) => coverageOf(name, usage)).sort((a, b) => b.billed - a.billed),
    factors: services
      .flatMap(({ name, matches }) =>
        matches.flatMap((match) => factorOf(name, match, { from: firstOfFactors, to: closedTo })),
      )
      .sort((a, b) => b.billed - a.billed),
    leftOut: leftOut(billed),
  };
};

const currencyOf = ({ currency }: LedgerEntry): string => currency ?? 'USD';

const endOfBill = (billed: readonly LedgerEntry[]): number =>
  billed.reduce((end, entry) => (isUsage(entry) ? Math.max(end, startOfDay(dayOf(entry.startMs) + 1)) : end), 0);

interface Service {
  /** As the bill names it, else as the estimate does. */
  name: string;
  estimated: LedgerEntry[];
  billed: LedgerEntry[];
  /** Of the bill, what is not usage. */
  charges: GapDay[];
}

const UNNAMED = '(no service)';

const byService = (estimated: readonly LedgerEntry[], billed: readonly LedgerEntry[]): Service[] => {
  const services = new Map<string, Service>();
  const keyOf = remembered(serviceKey);
  const at = (entry: LedgerEntry): Service => {
    const key = keyOf(entry.labels.service);
    const there = services.get(key);
    if (there) return there;
    const service = { name: entry.labels.service || UNNAMED, estimated: [], billed: [], charges: [] };
    services.set(key, service);
    return service;
  };
  for (const entry of billed) {
    const service = at(entry);
    if (isUsage(entry)) service.billed.push(entry);
    else service.charges.push(chargeOf(entry));
  }
  for (const entry of estimated) at(entry).estimated.push(entry);
  return [...services.values()];
};

/** What was matched with its days, explained. */
export interface ExplainedMatch {
  labels: CostLabels;
  days: GapDay[];
}

const explainService = ({ estimated, billed }: Service): ExplainedMatch[] => {
  const steps = {
    cost: stepOf(billed.map(({ cost }) => cost ?? 0)),
    listCost: stepOf(billed.map(({ listCost }) => listCost ?? 0)),
  };
  const matches = matchUsage(estimated, billed);
  const gaps = explainGaps(matches, steps);
  return matches.map((match, i) => ({
    labels: (match.estimated[0] ?? match.billed[0])!.labels,
    days: gaps[i]!,
  }));
};

const sumByDay = (days: readonly GapDay[]): GapDay[] => {
  const sums = new Map<number, GapDay>();
  for (const day of days) {
    const before = sums.get(day.day);
    sums.set(day.day, before ? { ...day, ...addTotals(before, day) } : day);
  }
  return [...sums.values()];
};

const reconciledDay = (service: string, gap: GapDay, closedTo: number): ReconciledDay => {
  const { estimated, billed, matched } = gap;
  const named = PART_NAMES.reduce((sum, name) => (name === 'unexplained' ? sum : sum + gap.parts[name]), 0);
  return {
    day: new Date(startOfDay(gap.day)).toISOString().slice(0, 10),
    service,
    estimated,
    billed,
    matched,
    // The same up to the last binary place, and so to the last one exactly what is left.
    parts: { ...gap.parts, unexplained: billed - estimated - named },
    isClosed: gap.day < closedTo,
  };
};

const addTotals = (a: ReconciledTotal, b: ReconciledTotal): ReconciledTotal => ({
  estimated: a.estimated + b.estimated,
  billed: a.billed + b.billed,
  matched: a.matched + b.matched,
  parts: addParts(a.parts, b.parts),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const leftOut = (billed: readonly LedgerEntry[]): Reconciliation['leftOut'] => {
  const sums = new Map<string, number>();
  for (const entry of billed) {
    const currency = currencyOf(entry);
    if (currency !== 'USD') sums.set(currency, (sums.get(currency) ?? 0) + (entry.cost ?? 0));
  }
  return [...sums].map(([currency, sum]) => ({ currency, billed: sum }));
};
