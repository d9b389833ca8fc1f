import type { SpanRecord } from '../batch.ts';
import { schemaFaults } from '../door/fault.ts';
import { name as EventName, type Inference, InferenceEvent } from '../events.ts';
import { DIMENSIONS } from '../otlp/dimensions.ts';
import { type ModelCall, modelCalls, modelOf } from './modelCalls.ts';
import { AMOUNTS, ATTRIBUTION, FIRST_TOKEN_EVENT, SERVED_MODEL, SERVICE_TIER, TOKEN_SHAPE, TOKENS } from './names.ts';
import { serviceTierOf } from './serviceTier.ts';
import { callStatus } from './status.ts';
import { type TokenShape, tokenShapeOf } from './tokenShape.ts';

/** Something about a span that did not fit into its event and was left out. */
interface SpanProblem {
  span: SpanRecord;
  message: string;
}

/**
 * Inference events of the spans that are calls of a model.
 *
 * The event's timestamp is the span's start: that is when the request arrived, which is what JSON events say too, and a
 * retry or a late export does not move it. `deployment` is the attribute of that name, of span or resource; without one
 * it is `<service>/<model>`, since a model behind two services is served and paid for twice.
 *
 * @param timeless spans of unknown duration: their calls give no event
 */
export const inferencesOf = (
  spans: readonly SpanRecord[],
  timeless: ReadonlySet<SpanRecord> = new Set(),
): { events: Inference[]; problems: SpanProblem[] } => {
  const problems: SpanProblem[] = [];
  const events: Inference[] = [];
  for (const call of modelCalls(spans)) {
    const note = (message: string) => problems.push({ span: call.span, message });
    if (timeless.has(call.span)) note('no inference event: its latency is not known');
    else events.push(inferenceOf(call, note));
  }
  return { events, problems };
};

const inferenceOf = ({ span, operation }: ModelCall, note: (message: string) => void): Inference => {
  const read = (names: readonly string[]) => nameAt(span, names, note);
  const model = read(SERVED_MODEL) ?? read(DIMENSIONS.model);
  const { status, errorType } = callStatus(span);
  const timeToFirstTokenMs = firstTokenEventMs(span);
  const event: Inference = {
    kind: 'inference',
    id: `${span.traceId}-${span.spanId}`,
    timestamp: span.timestamp,
    traceId: span.traceId,
    source: 'span',
    deployment: read(DIMENSIONS.deployment) ?? defaultDeployment(span, model),
    status,
    ...(model === undefined ? {} : { model }),
    ...(operation === undefined ? {} : { endpoint: operation }),
    ...(errorType === undefined ? {} : { errorType: inOneLine(errorType) }),
  };
  const measure = (field: Measure, value: number) => {
    const { success, error } = InferenceEvent.shape[field].safeParse(value);
    if (success) event[field] = value;
    else note(`${field}: ${schemaFaults(error, value)[0]!.message}`);
  };
  measure('latencyMs', span.durationMs);
  if (timeToFirstTokenMs !== undefined) measure('timeToFirstTokenMs', timeToFirstTokenMs);
  for (const dimension of ATTRIBUTION) {
    const value = read(DIMENSIONS[dimension]);
    if (value !== undefined) event[dimension] = value;
  }
  for (const field of Object.keys(TOKENS) as (keyof typeof TOKENS)[]) {
    const value = numberAt(span, TOKENS[field], note);
    if (value !== undefined) measure(field, value);
  }
  const tier = serviceTierOf(SERVICE_TIER.map((name) => span.attributes[name]).find(isThere));
  if (tier !== undefined) event.serviceTier = tier;
  const shape = spanShape(span, event);
  if (shape !== undefined) event.tokenShape = shape;
  for (const field of Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[]) {
    const factors: Record<string, number> = AMOUNTS[field];
    const name = Object.keys(factors).find((alias) => isThere(span.attributes[alias]));
    const value = name === undefined ? undefined : numberAt(span, [name], note);
    if (value !== undefined) measure(field, value * factors[name!]!);
  }
  return event;
};

/**
 * How a span counts cached tokens; undefined where it has none. The conventions have them in the input tokens
 * (`gen_ai.usage.input_tokens` "SHOULD include all types of input tokens, including cached tokens"), whatever the provider's
 * API does. Instrumentation that differs is told so, or seen where more was cached than went in.
 */
const spanShape = ({ attributes, resource }: SpanRecord, event: Inference): TokenShape | undefined => {
  if (event.cacheReadTokens === undefined && event.cacheWriteTokens === undefined) return undefined;
  const said = InferenceEvent.shape.tokenShape.safeParse(attributes[TOKEN_SHAPE] ?? resource[TOKEN_SHAPE]);
  return said.data ?? tokenShapeOf({ ...event, provider: undefined });
};

type Measure = 'latencyMs' | keyof typeof TOKENS | keyof typeof AMOUNTS;

/** Longest name an event takes, characters. */
const MAX_NAME = 256;

/** A text as a name: cut to its length, control characters (line breaks in the text of an error) made blanks. */
const inOneLine = (text: string): string => text.slice(0, MAX_NAME).replace(/\p{Cc}/gu, ' ');

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const defaultDeployment = (span: SpanRecord, model: string | undefined): string => {
  const called = model ?? modelOf(span)?.slice(0, MAX_NAME);
  const name = [span.service, called].filter((part) => part !== undefined).join('/');
  return inOneLine(name || 'unknown');
};

/** The first of these attributes that is a name, of the span before its resource. */
const nameAt = (span: SpanRecord, names: readonly string[], note: (message: string) => void): string | undefined => {
  for (const attributes of [span.attributes, span.resource])
    for (const name of names) {
      const value = attributes[name];
      if (!isThere(value) || typeof value === 'object') continue;
      const text = String(value);
      if (EventName.safeParse(text).success) return text;
      note(
        text.length > MAX_NAME
          ? `${name}: ${text.length} characters; at most ${MAX_NAME}`
          : `${name}: it holds control characters`,
      );
    }
  return undefined;
};

/** The first of these attributes that is there, when it is a number of at least 0; numbers written as text count. */
const numberAt = (span: SpanRecord, names: readonly string[], note: (message: string) => void): number | undefined => {
  const name = names.find((alias) => isThere(span.attributes[alias]));
  if (name === undefined) return undefined;
  const raw = span.attributes[name];
  const value = typeof raw === 'number' || typeof raw === 'string' ? Number(raw) : Number.NaN;
  if (Number.isFinite(value) && value >= 0) return value;
  note(`${name}: expected a number of at least 0, got ${JSON.stringify(raw)?.slice(0, 40)}`);
  return undefined;
};

/** Milliseconds from the start to the first span event that marks a token; undefined without one. */
const firstTokenEventMs = (span: SpanRecord): number | undefined => {
  const times = (span.events ?? []).filter(({ name }) => FIRST_TOKEN_EVENT.test(name)).map((e) => e.timestamp);
  if (times.length === 0) return undefined;
  const elapsed = times.reduce((a, b) => Math.min(a, b)) - span.timestamp;
  return elapsed >= 0 ? elapsed : undefined;
};
