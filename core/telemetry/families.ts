import type { EventKind, ModelEvent } from './events.ts';

/** Steps that rollups are kept at, milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/**
 * A family: one declared set of dimensions that events of one kind are rolled up by. A query is answered by the first
 * family that has all the dimensions it names, so the cheap ones stand first.
 */
export interface Family {
  name: string;
  event: EventKind;
  /** Finest step kept, milliseconds. */
  baseStepMs: number;
  dimensions: readonly string[];
  /** Only events that hold this are counted; measures of such a family do not speak for all events. */
  only?: (event: ModelEvent) => boolean;
  /** One row for each entry of this record field; the dimension `feature` is its key. */
  each?: 'features';
}

/** A measure of events. */
export interface Measure {
  name: string;
  kind: 'count' | 'distribution';
  /** The number that an event adds; undefined = nothing. Booleans were turned into 1. */
  value: (event: Record<string, unknown>) => number | undefined;
}

const where = ['environment', 'provider', 'account', 'region'] as const;
const isFailure = (event: ModelEvent) => event.kind === 'inference' && event.status !== 'ok';

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
    dimensions: ['deployment', 'model', 'modelVersion', 'variant', 'team', 'project', ...where, 'source'],
  },
  { name: 'inference.client', event: 'inference', baseStepMs: HOUR, dimensions: ['client', 'team', 'source'] },
  {
    name: 'inference.endpoint',
    event: 'inference',
    baseStepMs: 5 * MINUTE,
    dimensions: ['endpoint', 'deployment', 'source'],
  },
  {
    name: 'inference.failure',
    event: 'inference',
    baseStepMs: MINUTE,
    dimensions: ['status', 'errorType', 'deployment', 'model', 'team', 'project', ...where, 'source'],
    only: isFailure,
  },
  {
    name: 'inference.feature',
    event: 'inference',
    baseStepMs: HOUR,
    dimensions: ['feature', 'deployment', 'model', 'modelVersion'],
    each: 'features',
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
];

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
const all: Measure = { name: 'events', kind: 'count', value: () => 1 };
const is = (name: string, field: string, value: unknown) => counted(name, (event) => event[field] === value);
const known = (name: string, field: string) => counted(name, (event) => event[field] !== undefined);

const error = (event: Fields): number | undefined => {
  const { predicted, actual } = event;
  return typeof predicted === 'number' && typeof actual === 'number' ? predicted - actual : undefined;
};
const errorMeasure = (name: string, of: (error: number, actual: number) => number | undefined): Measure => ({
  name,
  kind: 'distribution',
  value: (event) => {
    const e = error(event);
    return e === undefined ? undefined : of(e, event.actual as number);
  },
});

/** What is measured of each kind of event. The catalogue names them. */
export const MEASURES: Record<EventKind, readonly Measure[]> = {
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
    // Total time of the calls that reported output tokens: what tokens per second divides by.
    {
      name: 'generationTime',
      kind: 'distribution',
      value: (event) => (event.outputTokens === undefined ? undefined : (event.latencyMs as number)),
    },
    number('value', 'featureValue'),
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
  ],
  deployment: [all],
  activity: [all],
  security: [all, number('risk', 'riskScore')],
};
