import type { DUCKDB_SQL } from './peers/duckdbSql.ts';
import type { TimeRange } from './systems.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A question that both systems are asked. */
export interface Question {
  name: Exclude<keyof typeof DUCKDB_SQL, 'count'>;
  asks: string;
  /** Of `/v1/query`, without the range and the step. */
  parameters: string;
  /** `all` = one value for the whole range. */
  stepMs: number | 'all';
  /** Ends of the range are multiples of this, so that both systems mean the same events. */
  alignMs: number;
  /** How long before the end of the range it starts; absent = at the first event. */
  lastMs?: number;
  /** The largest relative difference between the two answers. */
  tolerance: number;
}

/** What the sketch promises; the interpolated quantile of two values each within it is within it too. */
const SKETCH_ERROR = 0.0101;

export const QUESTIONS: readonly Question[] = [
  {
    name: 'q1',
    asks: 'p50, p95, p99 of latency per model',
    parameters: 'metric=inference.latency&stat=p50,p95,p99&groupBy=model',
    stepMs: 5 * MINUTE,
    alignMs: 5 * MINUTE,
    tolerance: SKETCH_ERROR,
  },
  {
    name: 'q2',
    asks: 'input tokens per team and hour',
    parameters: 'metric=inference.inputTokens&stat=sum&groupBy=team',
    stepMs: HOUR,
    alignMs: HOUR,
    tolerance: 0,
  },
  {
    name: 'q3',
    asks: 'error ratio per deployment',
    parameters: 'metric=inference.errorRatio&groupBy=deployment',
    stepMs: 5 * MINUTE,
    alignMs: 5 * MINUTE,
    tolerance: 1e-12,
  },
  {
    name: 'q4',
    asks: 'top 20 clients by tokens',
    parameters: 'metric=inference.tokens&stat=sum&groupBy=client&limit=20&order=desc',
    stepMs: 'all',
    alignMs: HOUR,
    tolerance: 0,
  },
  {
    name: 'q5',
    asks: 'p99 of latency over all in the last hour',
    parameters: 'metric=inference.latency&stat=p99',
    stepMs: 'all',
    alignMs: MINUTE,
    lastMs: HOUR,
    tolerance: SKETCH_ERROR,
  },
];

/** Over a month the five-minute questions are asked by the hour. */
export const coarse = (question: Question): Question =>
  typeof question.stepMs === 'number' ? { ...question, stepMs: HOUR, alignMs: HOUR } : question;

/**
 * The range of run number `run`: all events or the last stretch of them, moved on each run so that no range is asked
 * twice in 30 runs. The start moves back by up to five alignments and the end by up to five.
 */
export const movingRange = (question: Question, run: number, loaded: TimeRange): TimeRange => {
  const { alignMs, lastMs } = question;
  const back = run % 6;
  const toMs = Math.ceil(loaded.toMs / alignMs) * alignMs - (Math.floor(run / 6) % 6) * alignMs;
  if (lastMs !== undefined) return { fromMs: toMs - back * alignMs - lastMs, toMs: toMs - back * alignMs };
  return { fromMs: Math.floor(loaded.fromMs / alignMs) * alignMs - back * alignMs, toMs };
};

export const modelmeterPath = ({ parameters, stepMs }: Question, { fromMs, toMs }: TimeRange): string =>
  `/v1/query?${parameters}&from=${fromMs}&to=${toMs}&step=${stepMs === 'all' ? 'all' : `${stepMs / MINUTE}m`}`;

export const duckdbPath = ({ name, stepMs }: Question, { fromMs, toMs }: TimeRange): string =>
  `/query?name=${name}&from=${fromMs}&to=${toMs}${stepMs === 'all' ? '' : `&stepMs=${stepMs}`}`;
