import type { Severity } from '../config.ts';
import { DAY, HOUR } from '../telemetry/families.ts';
import { componentsOf, DRIVER_DIMENSIONS } from './components.ts';
import { type Change, changeBy, decompose } from './decompose.ts';
import { type CostDetector, type Judged, seasonalMedian } from './detector.ts';
import type { CostDimension, CostEntry, CostLabels } from './entry.ts';
import { isIn, type Scope, type Series, seriesByScope } from './scope.ts';

/** What caused an anomaly: the dollars that came on top of the same time in earlier days or weeks, and by which effect. */
export interface Driver extends Change {
  labels: CostLabels;
  /** Of all dollars that came on top. */
  share: number;
}

export interface Anomaly {
  scope: Scope;
  /** Included. */
  fromMs: number;
  /** Not included. */
  toMs: number;
  /** Dollars within that time. */
  expected: number;
  actual: number;
  /** actual − expected, > 0. */
  excess: number;
  severity: Severity;
  /** How the expected was found. */
  by: string;
  /** Ranked; [] where the time before is not in the ledger. */
  drivers: Driver[];
  /** Other scopes in which the same dollars stand out, the widest last. */
  also: Scope[];
}

export interface AnomalyOptions {
  /** Dimensions whose values are scopes of their own; everything together always is one. */
  dimensions: readonly CostDimension[];
  /** Excess that is worth telling, dollars, and as a share of the expected. */
  minDollars: number;
  minShare: number;
  /** Scores of neighbouring steps together: Σz / √n (Stouffer 1949). */
  minScore: number;
  /** Days before now whose hours, and whose days, are judged. */
  hourlyDays: number;
  dailyDays: number;
}

export const ANOMALY_DEFAULTS: AnomalyOptions = {
  dimensions: ['team', 'project', 'deployment', 'client', 'service'],
  minDollars: 2,
  minShare: 0.25,
  minScore: 6,
  hourlyDays: 3,
  dailyDays: 14,
};

/** By excess as a multiple of the least worth telling, and of the expected: our choice. */
const SEVERITIES: readonly { severity: Severity; times: number; share: number }[] = [
  { severity: 'critical', times: 50, share: 1 },
  { severity: 'warning', times: 5, share: 0.5 },
  { severity: 'info', times: 0, share: 0 },
];
/** A step belongs to an anomaly from this score on, and one step less in between does not end it. */
const EDGE_SCORE = 2;
const DRIVERS = 5;
const MOST_REFERENCES = 7;

export interface AnomalyInput {
  /** Hourly entries up to `nowMs`, for hours to be judged at least eight days and better four weeks of them. */
  hourly: readonly CostEntry[];
  /** Daily entries up to `nowMs`; those of one ledger, so the same dollars. */
  daily: readonly CostEntry[];
  nowMs: number;
}

export interface AnomalyAnswer {
  /** The most dollars first. */
  anomalies: Anomaly[];
  /** Scopes of which too little is known yet to judge them, in days. */
  tooLittleHistory: { scope: Scope; haveDays: number; needDays: number }[];
}

/**
 * Where more was spent than was to be expected, and by whom. The running hour and day are not judged. An anomaly by the hour is
 * not told again by the day; one that stands out in several scopes (everything, a team, its client) is one anomaly of the scope
 * in which it is most out of proportion. Less than expected is no anomaly.
 */
export const findAnomalies = (
  { hourly, daily, nowMs }: AnomalyInput,
  options: Partial<AnomalyOptions> = {},
  detector: CostDetector = seasonalMedian,
): AnomalyAnswer => {
  const set = { ...ANOMALY_DEFAULTS, ...options };
  const scans = [
    { entries: hourly, stepMs: HOUR, days: set.hourlyDays },
    { entries: daily, stepMs: DAY, days: set.dailyDays },
  ];
  const [byHour, byDay] = scans.map((scan) => scanned({ ...scan, nowMs }, set, detector));
  const isTold = (late: Anomaly) => byHour!.anomalies.some((anomaly) => sameMoney(anomaly, late));
  const anomalies = merged([...byHour!.anomalies, ...byDay!.anomalies.filter((late) => !isTold(late))]);
  return {
    anomalies: anomalies.toSorted((a, b) => b.excess - a.excess),
    tooLittleHistory: byHour!.tooLittleHistory,
  };
};

interface Scan {
  entries: readonly CostEntry[];
  stepMs: number;
  days: number;
  nowMs: number;
}

const scanned = (
  { entries, stepMs, days, nowMs }: Scan,
  set: AnomalyOptions,
  detector: CostDetector,
): AnomalyAnswer => {
  const answer: AnomalyAnswer = { anomalies: [], tooLittleHistory: [] };
  const toMs = Math.floor(nowMs / stepMs) * stepMs;
  const earliest = entries.reduce((first, { startMs }) => Math.min(first, startMs), toMs);
  const fromMs = Math.floor(earliest / stepMs) * stepMs;
  for (const { scope, series } of seriesByScope(entries, { fromMs, toMs, stepMs }, set)) {
    const judgement = detector.judge(series, toMs - days * DAY);
    if (judgement.kind === 'tooLittleHistory') {
      const { haveSteps, needSteps } = judgement;
      const perDay = DAY / stepMs;
      answer.tooLittleHistory.push({ scope, haveDays: haveSteps / perDay, needDays: needSteps / perDay });
      continue;
    }
    for (const run of runsOf(judgement.points, stepMs, set.minScore)) {
      const found = anomalyOf(run, stepMs, set);
      if (!found) continue;
      const drivers = driversOf(entries, scope, found, series);
      answer.anomalies.push({ scope, ...found, by: judgement.by, drivers, also: [] });
    }
  }
  return answer;
};

/** Stretches of steps above the edge that stand out together. */
const runsOf = (points: readonly Judged[], stepMs: number, minScore: number): Judged[][] => {
  const runs: Judged[][] = [];
  for (const point of points.filter(({ score }) => score >= EDGE_SCORE)) {
    const run = runs.at(-1);
    if (run && point.startMs - run.at(-1)!.startMs <= 2 * stepMs) run.push(point);
    else runs.push([point]);
  }
  return runs.filter((run) => run.reduce((sum, { score }) => sum + score, 0) / Math.sqrt(run.length) >= minScore);
};

const anomalyOf = (run: readonly Judged[], stepMs: number, { minDollars, minShare }: AnomalyOptions) => {
  const actual = run.reduce((sum, point) => sum + point.actual, 0);
  const expected = run.reduce((sum, point) => sum + point.expected, 0);
  const excess = actual - expected;
  if (excess < minDollars || excess < minShare * expected) return undefined;
  const { severity } = SEVERITIES.find(
    ({ times, share }) => excess >= times * minDollars && excess >= share * expected,
  )!;
  return { fromMs: run[0]!.startMs, toMs: run.at(-1)!.startMs + stepMs, actual, expected, excess, severity };
};

type Time = Pick<Anomaly, 'fromMs' | 'toMs'>;

/** Decomposes against the average of the same time in up to seven weeks before, or days where there are not three weeks. */
const driversOf = (
  entries: readonly CostEntry[],
  scope: Scope,
  { fromMs, toMs }: Time,
  { startMs }: Series,
): Driver[] => {
  const periodMs = fromMs - startMs >= 21 * DAY ? 7 * DAY : DAY * Math.ceil((toMs - fromMs) / DAY);
  const references = Math.min(MOST_REFERENCES, Math.floor((fromMs - startMs) / periodMs));
  if (references === 0) return [];
  const inScope = entries.filter((entry) => isIn(scope, entry.labels));
  const isDuring = (entry: CostEntry, back: number) =>
    entry.startMs >= fromMs - back * periodMs && entry.startMs < toMs - back * periodMs;
  const before = inScope.filter((entry) =>
    Array.from({ length: references }, (_, i) => i + 1).some((back) => isDuring(entry, back)),
  );
  const after = inScope.filter((entry) => isDuring(entry, 0));
  const result = decompose(componentsOf(before, DRIVER_DIMENSIONS, 1 / references), componentsOf(after));
  const causes = changeBy(
    result,
    DRIVER_DIMENSIONS.filter((name) => name !== 'item'),
  ).filter(({ change }) => change > 0);
  const onTop = causes.reduce((sum, { change }) => sum + change, 0);
  return causes.slice(0, DRIVERS).map((cause) => ({ ...cause, share: cause.change / onTop }));
};

/** Anomalies of the same dollars become the one that is most out of proportion. */
const merged = (anomalies: readonly Anomaly[]): Anomaly[] => {
  const kept: Anomaly[] = [];
  const proportion = ({ excess, expected }: Anomaly) => excess / Math.max(expected, 1e-9);
  for (const anomaly of anomalies.toSorted((a, b) => proportion(b) - proportion(a))) {
    const same = kept.find((other) => sameMoney(other, anomaly));
    if (same) same.also.push(anomaly.scope);
    else kept.push({ ...anomaly, also: [] });
  }
  return kept;
};

/** Does the top driver of the one lie in the other's scope, or the other way round, at overlapping times? */
const sameMoney = (a: Anomaly, b: Anomaly): boolean => {
  const isCauseIn = (of: Anomaly, other: Anomaly) =>
    of.drivers[0] !== undefined && isIn(other.scope, of.drivers[0].labels);
  return a.fromMs < b.toMs && b.fromMs < a.toMs && (isCauseIn(a, b) || isCauseIn(b, a));
};
