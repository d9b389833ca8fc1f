import { AppError, type Problem } from '../errors.ts';
import { DAY, HOUR, MINUTE } from '../telemetry/families.ts';
import { type Filter, parseFilter } from './filter.ts';
import { isClockStep } from './plan.ts';
import { isTimeZone, parseDuration, timeParam } from './time.ts';

/** What `URLSearchParams` offers; core does not know that class. */
export interface Params {
  getAll(name: string): string[];
  keys(): Iterable<string>;
}

export interface QueryInput {
  metric: string;
  /** Empty = the metric's default. */
  stats: readonly string[];
  groupBy: readonly string[];
  filters: readonly Filter[];
  fromMs: number;
  toMs: number;
  /** 0 = one point for the whole range. */
  stepMs: number;
  timeZone: string;
  limit: number | undefined;
  /** Of the groups, by the first stat over the range; undefined = by their labels, or with a limit desc. */
  order: 'asc' | 'desc' | undefined;
}

export const QUERY_PARAMS = [
  'metric',
  'stat',
  'groupBy',
  'filter',
  'from',
  'to',
  'step',
  'tz',
  'limit',
  'order',
] as const;

/** When no step is asked for: the first that gives at most this many points. */
const DEFAULT_POINTS = 300;
const DEFAULT_STEPS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY];
/** More points than this in one series are an accident. */
const MAX_POINTS = 50_000;
const LONGEST_MS = 20 * 365 * DAY;

/** Reads the parameters of a query; throws AppError invalidInput that names every parameter that is wrong. */
export const parseQuery = (params: Params, nowMs: number): QueryInput => {
  const problems: Problem[] = [];
  const problem = (path: string, message: string) => problems.push({ path, message });
  const one = (name: string): string | undefined => {
    const values = params.getAll(name);
    if (values.length > 1) problem(name, `given ${values.length} times; give it once`);
    return values[0];
  };
  const list = (name: string) =>
    (one(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  for (const name of new Set(params.keys())) {
    if (!(QUERY_PARAMS as readonly string[]).includes(name)) {
      problem(name, `unknown parameter; known are ${QUERY_PARAMS.join(', ')}`);
    }
  }
  const time = (name: string, otherwise: string): number => {
    const text = one(name) ?? otherwise;
    const read = timeParam(text, nowMs);
    if (typeof read === 'number') return read;
    problem(name, read);
    return Number.NaN; // it has its fault, and no comparison with it finds another
  };
  const metric = one('metric')?.trim() ?? '';
  if (metric === '') problem('metric', 'is missing; GET /v1/catalog lists the metrics');
  const stats = list('stat');
  const groupBy = list('groupBy');
  const filters = params.getAll('filter').flatMap((text) => {
    const filter = parseFilter(text);
    if (!filter) problem('filter', `"${text}" is no filter; use name:v1,v2 or name!:v or name~:glob*`);
    return filter ?? [];
  });
  const fromMs = time('from', 'now-24h');
  const toMs = time('to', 'now');
  if (fromMs >= toMs) problem('from', 'must be before to');
  if (toMs - fromMs > LONGEST_MS) problem('from', 'the range is longer than 20 years');
  const timeZone = one('tz') ?? 'UTC';
  if (!isTimeZone(timeZone)) problem('tz', `"${timeZone}" is no IANA time zone such as Europe/Berlin`);
  const asked = readStep(one('step'), toMs - fromMs, problem);
  // Between an hour and a day steps would have to be cut by the zone's clock.
  const stepMs = timeZone !== 'UTC' && params.getAll('step').length === 0 && asked > HOUR ? DAY : asked;
  if (timeZone !== 'UTC' && stepMs !== DAY && stepMs > HOUR) {
    problem('tz', 'goes with step=1d, or with steps up to 1h, which are the same in every zone');
  }
  if (stepMs > 0 && (toMs - fromMs) / stepMs > MAX_POINTS) {
    problem('step', `gives more than ${MAX_POINTS} points; ask for a longer step or a shorter range`);
  }
  const limitText = one('limit');
  if (limitText !== undefined && !/^[1-9]\d{0,4}$/.test(limitText)) {
    problem('limit', `"${limitText}" is no whole number from 1 to 99999`);
  }
  const order = one('order');
  if (order !== undefined && order !== 'asc' && order !== 'desc')
    problem('order', `"${order}" is neither asc nor desc`);
  if (problems.length > 0) {
    const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new AppError('invalidInput', text, { problems });
  }
  const limit = limitText === undefined ? undefined : Number(limitText);
  return {
    metric,
    stats,
    groupBy,
    filters,
    fromMs,
    toMs,
    stepMs,
    timeZone,
    limit,
    order: order as QueryInput['order'],
  };
};

const readStep = (
  text: string | undefined,
  rangeMs: number,
  problem: (path: string, message: string) => void,
): number => {
  if (text === 'all') return 0;
  if (text === undefined) return DEFAULT_STEPS.find((step) => rangeMs / step <= DEFAULT_POINTS) ?? DAY;
  const stepMs = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (stepMs === undefined) problem('step', `"${text}" is no step; use 1m to 1d (5m, 1h, …) or all`);
  else if (!isClockStep(stepMs))
    problem('step', `"${text}" must be from 1m to 1d and divide a day: 1m, 5m, 15m, 1h, 6h, 1d`);
  return stepMs ?? DAY;
};
