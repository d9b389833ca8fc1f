import { TOKEN_ITEMS, type TokenItem } from '../cost/entry.ts';
import { BILLABLE, type TokenCounts } from '../cost/tokens.ts';
import type { EventKind } from './events.ts';

/** Steps that rollups are kept at, milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export type RollupKind = EventKind | 'modelmeter';

/**
 * A family: one declared set of dimensions that events of one kind are rolled up by. A query is answered by the first
 * family that has all the dimensions it names, so the cheap ones stand first.
 */
export interface Family {
  name: string;
  /** The kind of event; `modelmeter` is what Modelmeter counts of itself. */
  event: RollupKind;
  /** Finest step kept, milliseconds. */
  baseStepMs: number;
  dimensions: readonly string[];
  /** One of its dimensions has many values, so its key is made apart from those of the other families. */
  isWide?: true;
  /** The only distributions it keeps sketches of, for quantiles. @default all */
  sketches?: readonly string[];
  /** The only measures it keeps. @default all of its kind of event that are not set apart */
  measures?: readonly string[];
  /** One row for each number, or each string and boolean, of the event's `features`: dimensions `feature` and `category`. */
  each?: 'numbers' | 'categories';
}

/** A measure of events. */
export interface Measure {
  name: string;
  /** A count is a plain total; a distribution also has min, max, last and quantiles. */
  kind: 'count' | 'distribution';
  /** The number that an event adds; undefined = nothing. Booleans were turned into 1. */
  value: (event: Record<string, unknown>) => number | undefined;
  /** Kept only by families that name it, which name no other ones. */
  isApart?: true;
}

/** The measure of tokens under an item that nobody has said the cost of: those are what is priced. */
export const unpriced = (item: TokenItem): string => `unpriced${item[0]!.toUpperCase()}${item.slice(1)}`;

const where = ['environment', 'provider', 'account', 'region'] as const;

/**
 * Why so many: who used a model (team) is independent of where it ran (deployment), so one family of all dimensions
 * has nearly a row for each event. Minutes are kept by deployment and, apart from it, by team; both together by five minutes.
 */
export const FAMILIES: readonly Family[] = [
  {
    name: 'inference.team',
    event: 'inference',
    baseStepMs: MINUTE,
    dimensions: ['team', 'project', 'environment', 'source'],
  },
  {
    name: 'inference.deployment',
    event: 'inference',
    baseStepMs: MINUTE,
    dimensions: ['deployment', 'model', 'modelVersion', 'variant', ...where, 'source'],
  },
  {
    name: 'inference.full',
    event: 'inference',
    baseStepMs: 5 * MINUTE,
    sketches: ['latency', 'timeToFirstToken'],
    dimensions: ['deployment', 'model', 'modelVersion', 'variant', 'team', 'project', ...where, 'source'],
  },
  {
    name: 'inference.client',
    event: 'inference',
    baseStepMs: HOUR,
    dimensions: ['client', 'source'],
    isWide: true,
    sketches: ['latency'],
  },
  {
    name: 'inference.endpoint',
    event: 'inference',
    baseStepMs: HOUR,
    dimensions: ['endpoint', 'deployment', 'source'],
    isWide: true,
    sketches: ['latency'],
  },
  {
    name: 'inference.status',
    event: 'inference',
    baseStepMs: MINUTE,
    dimensions: ['status', 'errorType', 'deployment', 'model', 'environment', 'source'],
    measures: ['events', 'errors', 'timeouts', 'throttled'],
  },
  {
    name: 'inference.feature',
    event: 'inference',
    baseStepMs: HOUR,
    dimensions: ['feature', 'deployment', 'model', 'modelVersion'],
    measures: ['featureValue'],
    each: 'numbers',
  },
  {
    name: 'inference.category',
    event: 'inference',
    baseStepMs: HOUR,
    dimensions: ['feature', 'category', 'deployment', 'model', 'modelVersion'],
    measures: ['featureCount'],
    each: 'categories',
  },
  {
    // What the ledger prices: hours are enough for it, and with the client a minute's rows would be as many as events.
    name: 'inference.cost',
    event: 'inference',
    baseStepMs: HOUR,
    isWide: true,
    sketches: [],
    dimensions: [
      ...['deployment', 'model', 'modelVersion', 'team', 'project', ...where],
      ...['client', 'serviceTier', 'source'],
    ],
    measures: ['calls', 'busyTime', 'reportedCost', 'costKnown', ...TOKEN_ITEMS.map(unpriced)],
  },
  {
    name: 'outcome',
    event: 'outcome',
    baseStepMs: MINUTE,
    dimensions: ['deployment', 'model', 'modelVersion', 'team', 'project', 'dataset', ...where],
  },
  {
    name: 'training',
    event: 'training',
    baseStepMs: MINUTE,
    dimensions: ['job', 'status', 'deployment', 'model', 'modelVersion', 'team', 'project', 'instanceType', ...where],
  },
  {
    name: 'deployment',
    event: 'deployment',
    baseStepMs: MINUTE,
    dimensions: ['action', 'deployment', 'model', 'modelVersion', 'team', 'project', ...where],
  },
  {
    name: 'activity',
    event: 'activity',
    baseStepMs: MINUTE,
    dimensions: ['action', 'feature', 'deployment', 'team', 'project', 'environment'],
  },
  { name: 'activity.user', event: 'activity', baseStepMs: HOUR, dimensions: ['user'] },
  {
    name: 'security',
    event: 'security',
    baseStepMs: MINUTE,
    dimensions: ['category', 'outcome', 'deployment', 'team', 'project', 'environment'],
  },
  { name: 'modelmeter', event: 'modelmeter', baseStepMs: MINUTE, dimensions: ['family', 'dimension'] },
];

/** Where a family's blocks of one step are filed: by hour below an hour, by day from there on. */
export const partitionSpan = (stepMs: number): number => (stepMs < HOUR ? HOUR : DAY);

/** The steps a family is kept at, finest first. */
export const stepsOf = (family: Pick<Family, 'baseStepMs'>): number[] =>
  [family.baseStepMs, HOUR, DAY]
    .filter((step) => step >= family.baseStepMs)
    .filter((step, i, all) => all.indexOf(step) === i);

/** The family of samples: rows are points, so its finest step is a millisecond. */
export const SAMPLES = {
  name: 'samples',
  baseStepMs: 1,
  dimensions: ['metric', 'kind', 'replica', 'labels'],
} as const;

/** Compacted samples are filed by metric, since that is how they are read. */
export const samplesOf = (metric: string): string => `${SAMPLES.name}:${metric}`;

const BY_NAME = new Map(FAMILIES.map((family) => [family.name, family]));

/** A family by its name, that of a metric's samples too. Throws on an unknown one: block and program disagree. */
export const familyOf = (name: string): Pick<Family, 'name' | 'baseStepMs' | 'dimensions'> => {
  if (name === SAMPLES.name || name.startsWith(`${SAMPLES.name}:`)) return { ...SAMPLES, name };
  const family = BY_NAME.get(name);
  if (!family) throw new Error(`no family of series is named ${name}`);
  return family;
};

/** Whose retention a family follows: the samples of all metrics expire together. */
export const expiryFamily = (name: string): string => (name.startsWith(`${SAMPLES.name}:`) ? SAMPLES.name : name);

type Fields = Record<string, unknown>;
const number = (name: string, field: string): Measure => ({
  name,
  kind: 'distribution',
  value: (event) => event[field] as number | undefined,
});
const counted = (name: string, holds: (event: Fields) => boolean): Measure => ({
  name,
  kind: 'count',
  value: (event) => (holds(event) ? 1 : undefined),
});
const total = (name: string, value: Measure['value']): Measure => ({ name, kind: 'count', value });
const apart = (measure: Measure): Measure => ({ ...measure, isApart: true });
const all: Measure = { name: 'events', kind: 'count', value: () => 1 };
const is = (name: string, field: string, value: unknown) => counted(name, (event) => event[field] === value);
const known = (name: string, field: string) => counted(name, (event) => event[field] !== undefined);

const totalTokens = ({ inputTokens, outputTokens }: Fields): number | undefined =>
  inputTokens === undefined && outputTokens === undefined
    ? undefined
    : ((inputTokens as number | undefined) ?? 0) + ((outputTokens as number | undefined) ?? 0);

const error = (event: Fields): number | undefined => {
  const { predicted, actual } = event;
  return typeof predicted === 'number' && typeof actual === 'number' ? predicted - actual : undefined;
};
/** What is derived of finite numbers may overflow (1e200 squared): that measures nothing, and would spoil every sum. */
const errorMeasure = (name: string, of: (error: number, actual: number) => number | undefined): Measure => ({
  name,
  kind: 'distribution',
  value: (event) => {
    const e = error(event);
    const derived = e === undefined ? undefined : of(e, event.actual as number);
    return Number.isFinite(derived) ? derived : undefined;
  },
});

/** What is measured of each kind of event. The catalogue names them. */
export const MEASURES: Record<RollupKind, readonly Measure[]> = {
  inference: [
    all,
    counted('errors', (event) => event.status !== 'ok'),
    is('timeouts', 'status', 'timeout'),
    is('throttled', 'status', 'throttled'),
    is('coldStarts', 'coldStart', true),
    known('coldStartKnown', 'coldStart'),
    is('cacheHits', 'cacheHit', true),
    known('cacheKnown', 'cacheHit'),
    is('fallbacks', 'fallback', true),
    number('latency', 'latencyMs'),
    number('queueWait', 'queueMs'),
    number('timeToFirstToken', 'timeToFirstTokenMs'),
    number('coldStartDuration', 'coldStartMs'),
    number('inputTokens', 'inputTokens'),
    number('outputTokens', 'outputTokens'),
    number('cacheReadTokens', 'cacheReadTokens'),
    number('cacheWriteTokens', 'cacheWriteTokens'),
    number('payload', 'payloadBytes'),
    number('confidence', 'confidence'),
    number('cost', 'costUsd'),
    // Totals, not distributions: the sum is what is asked for, and a sketch would be paid for in every row.
    total('totalTokens', totalTokens),
    // Tokens per second is over the calls that say both: these tokens, over this time in ms.
    total('timedOutputTokens', (event) =>
      event.latencyMs === undefined ? undefined : (event.outputTokens as number | undefined),
    ),
    // Time of the calls that reported output tokens, ms: what tokens per second divides by.
    total('generationTime', (event) =>
      event.outputTokens === undefined ? undefined : (event.latencyMs as number | undefined),
    ),
    apart(number('featureValue', 'featureValue')),
    apart(known('featureCount', 'category')),
    // Apart from `events`, so that questions after requests are answered by the families that were made for them.
    apart(counted('calls', () => true)),
    apart(total('busyTime', (event) => event.latencyMs as number | undefined)),
    apart(total('reportedCost', (event) => event.costUsd as number | undefined)),
    apart(known('costKnown', 'costUsd')),
    ...TOKEN_ITEMS.map((item) =>
      apart(
        total(unpriced(item), (event) =>
          event.costUsd === undefined ? BILLABLE[item](event as TokenCounts) : undefined,
        ),
      ),
    ),
  ],
  outcome: [
    all,
    known('labelled', 'correct'),
    is('correct', 'correct', true),
    errorMeasure('absoluteError', (e) => Math.abs(e)),
    errorMeasure('squaredError', (e) => e * e),
    // Undefined where the actual value is 0: such outcomes are left out, not counted as infinite.
    errorMeasure('absolutePercentageError', (e, actual) => (actual === 0 ? undefined : Math.abs(e / actual) * 100)),
    number('rating', 'rating'),
    is('positive', 'feedback', 'positive'),
    known('feedbackKnown', 'feedback'),
    number('value', 'valueUsd'),
  ],
  training: [
    all,
    number('loss', 'loss'),
    number('accuracy', 'accuracy'),
    number('learningRate', 'learningRate'),
    number('duration', 'durationMs'),
    number('cost', 'costUsd'),
    number('epoch', 'epoch'),
    total('instanceTime', ({ durationMs, instanceCount }) =>
      durationMs === undefined ? undefined : (durationMs as number) * ((instanceCount as number | undefined) ?? 1),
    ),
  ],
  deployment: [all],
  activity: [all],
  modelmeter: [counted('folded', () => false)],
  security: [all, number('risk', 'riskScore')],
};
