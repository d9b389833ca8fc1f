import { DAY, HOUR } from '../telemetry/families.ts';
import { median, robustDeviation } from './robust.ts';
import type { Series } from './scope.ts';

/** One step of a series, judged by what came before it. */
export interface Judged {
  startMs: number;
  /** Dollars. */
  actual: number;
  expected: number;
  /** Robust standard deviations above the expected, negative below it; at most MAX_SCORE. */
  score: number;
}

export type Judgement =
  | { kind: 'judged'; points: Judged[] /** How the expected was found, for people. */; by: string }
  | { kind: 'tooLittleHistory'; haveSteps: number; needSteps: number };

/** Judges the steps of a series from `fromMs` on. Steps of which nothing is known are not judged. */
export interface CostDetector {
  name: string;
  judge(series: Series, fromMs: number): Judgement;
}

export const MAX_SCORE = 100;

interface Season {
  /** Steps. */
  day: number;
  week: number;
  /** History needed before anything is judged, and to know a week, in steps. */
  need: number;
  needWeek: number;
  /** Steps that level and noise are taken from. */
  recent: number;
}

/** Our choice: noise of a week, and three weeks before one trusts that Mondays are alike. */
const SEASONS: readonly (Season & { stepMs: number })[] = [
  { stepMs: HOUR, day: 24, week: 168, need: 7 * 24, needWeek: 3 * 168, recent: 168 },
  { stepMs: DAY, day: 1, week: 7, need: 14, needWeek: 21, recent: 14 },
];
const MOST_DAYS = 14;
const MOST_WEEKS = 6;
/** Relative noise below it is taken for luck: one per cent above a constant price is no anomaly of 20 deviations. */
const LEAST_DEVIATION = 0.05;

/**
 * Expected = median of the same hour of the week over up to six weeks where there are three weeks of history, else of the same
 * hour of the day over up to fourteen days; times the level, the median ratio of actual to that median over the last week, so
 * that growth, and after half a week a lasting step, become the expected. Noise = robust deviation (see `robustDeviation`) of
 * relative errors over the same week. A scope's history begins with its first cost. Source of the approach: median and MAD with
 * a seasonal component, as in Hochenbaum, Vallis and Kejariwal 2017, "Automatic Anomaly Detection in the Cloud" (S-H-ESD).
 */
export const seasonalMedian: CostDetector = {
  name: 'seasonal median',
  judge({ startMs, stepMs, values }, fromMs) {
    const season = SEASONS.find((each) => each.stepMs === stepMs);
    if (!season) throw new Error(`series of steps of ${stepMs} ms are not judged: only of hours and days`);
    const first = values.findIndex((value) => value !== null && value !== 0);
    const from = Math.max(0, Math.ceil((fromMs - startMs) / stepMs));
    const haveSteps = first < 0 ? 0 : Math.max(0, from - first);
    if (haveSteps < season.need) return { kind: 'tooLittleHistory', haveSteps, needSteps: season.need };
    const isWeekly = haveSteps >= season.needWeek;
    const errors = errorsOf(values.slice(first), {
      period: isWeekly ? season.week : season.day,
      most: isWeekly ? MOST_WEEKS : MOST_DAYS,
      recent: season.recent,
      from: from - first - season.recent,
    });
    const points = errors.flatMap((error, i): Judged[] => {
      if (!error || i + first < from) return [];
      const noise = errors.slice(Math.max(0, i - season.recent), i).flatMap((past) => (past ? [past.relative] : []));
      const score = scoreOf(error.relative, noise);
      const { actual, expected } = error;
      return [{ startMs: startMs + (i + first) * stepMs, actual, expected, score }];
    });
    const same = stepMs === HOUR ? `same hour of the ${isWeekly ? 'week' : 'day'}` : isWeekly ? 'same weekday' : 'days';
    return { kind: 'judged', points, by: `median of the ${same} before` };
  },
};

const scoreOf = (relative: number, noise: readonly number[]): number => {
  const deviation = Math.max(LEAST_DEVIATION, noise.length > 0 ? robustDeviation(noise) : 0);
  return Math.min(MAX_SCORE, Math.max(-MAX_SCORE, relative / deviation));
};

interface Expectation {
  actual: number;
  expected: number;
  /** (actual − expected) over the mean of the expected and what is usual: nights are not judged by their few cents. */
  relative: number;
}

/** What was expected of each step from `from` on, and how far off it was; undefined where either is unknown. */
const errorsOf = (
  values: readonly (number | null)[],
  { period, most, recent, from }: { period: number; most: number; recent: number; from: number },
): (Expectation | undefined)[] => {
  const typical = values.map((_, i) => typicalOf(values, i, period, most));
  const ratios = values.map((value, i) => (value !== null && typical[i]! > 0 ? value / typical[i]! : null));
  return values.map((actual, i) => {
    if (i < from || actual === null || typical[i] === undefined) return undefined;
    const lately = knownIn(ratios, i - recent, i);
    const level = lately.length >= recent / 4 ? median(lately) : 1;
    const expected = typical[i] * level;
    const past = knownIn(values, i - recent, i);
    const usual = (expected + (past.length > 0 ? median(past) : expected)) / 2;
    const error = actual - expected;
    return { actual, expected, relative: usual > 0 ? error / usual : Math.sign(error) * MAX_SCORE };
  });
};

/** Median of the same phase of earlier periods; undefined where fewer than three are known. */
const typicalOf = (
  values: readonly (number | null)[],
  index: number,
  period: number,
  most: number,
): number | undefined => {
  const same: number[] = [];
  for (let i = index - period; i >= 0 && same.length < most; i -= period) if (values[i] != null) same.push(values[i]!);
  return same.length < 3 ? undefined : median(same);
};

const knownIn = (values: readonly (number | null)[], from: number, to: number): number[] =>
  values.slice(Math.max(0, from), to).filter((value) => value !== null);
