import type { Problem } from '../../errors.ts';
import { emptyContent, type SpanRecord } from '../batch.ts';
import { attemptAll, checkedTime, type Decoded, type DoorOptions, Unusable } from '../decoded.ts';
import { teamSaid, withTeam } from '../door/teams.ts';
import { inferencesOf } from '../genai/inferences.ts';
import { eventAttributes } from '../genai/messageEvents.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import { type OtlpEncoding, parseBody } from './body.ts';
import { repetitionBudget } from './budget.ts';
import { each, enumeration, id, list, type Message, message, text, under } from './read.ts';
import { elapsedMs, fractionalMs, nanoTime } from './time.ts';

/** Names of Span.kind and Status.code by number. */
const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'];

/** Bound of names and messages, characters; longer ones are cut. */
const MAX_TEXT = 1024;

/**
 * Decodes an OTLP ExportTraceServiceRequest: every span, and an inference event for each call of a model among them.
 *
 * A span that ends before it starts, or never, is kept with a duration of 0, gives no event, and is noted.
 *
 * @throws AppError `invalidInput` when the body cannot be read at all, `tooLarge` when it holds too much; nothing else
 */
export const decodeOtlpTraces = (body: Uint8Array, encoding: OtlpEncoding, options: DoorOptions): Decoded => {
  const root = parseBody(body, encoding, 'Traces');
  const rejected: Problem[] = [];
  const noted: Problem[] = [];
  const spans: SpanRecord[] = [];
  const timeless = new Set<SpanRecord>();
  const paths = new Map<SpanRecord, string>();
  const spend = repetitionBudget();

  const readSpan = (message: Message, resource: Attributes, path: string) => {
    const { span, problem } = spanOf(message, resource, options);
    spans.push(span);
    paths.set(span, path);
    if (problem === undefined) return;
    timeless.add(span);
    noted.push({ path: `${path}.endTimeUnixNano`, message: problem });
  };

  attemptAll(() =>
    each(root, 'resourceSpans', rejected, (group, at) => {
      const resource = message(group, 'resource');
      const attributes = resource === undefined ? {} : under('resource', () => attributesOf(resource, options));
      const chars = JSON.stringify(attributes).length;
      const readOne = (span: Message, path: string) => {
        spend(chars);
        readSpan(span, attributes, path);
      };
      const readScope = (scope: Message, path: string) => each(scope, 'spans', rejected, readOne, path);
      each(group, 'scopeSpans', rejected, readScope, at);
    }),
  );
  const { events, problems } = inferencesOf(spans, timeless);
  for (const { span, message } of problems) noted.push({ path: paths.get(span) ?? '', message });
  return { content: { ...emptyContent(), spans, events }, accepted: spans.length, rejected, noted };
};

const spanOf = (span: Message, resource: Attributes, options: DoorOptions): { span: SpanRecord; problem?: string } => {
  const traceId = id(span, 'traceId');
  const spanId = id(span, 'spanId');
  if (traceId === undefined) throw new Unusable('traceId', 'is missing or all zeros');
  if (spanId === undefined) throw new Unusable('spanId', 'is missing or all zeros');
  const start = nanoTime(span, 'startTimeUnixNano');
  if (start === undefined) throw new Unusable('startTimeUnixNano', 'is missing');
  const timestamp = checkedTime(fractionalMs(start), 'startTimeUnixNano', options);
  const end = nanoTime(span, 'endTimeUnixNano');
  const durationMs = end === undefined ? Number.NaN : elapsedMs(start, end);
  const isTimed = durationMs >= 0;
  const status = message(span, 'status');
  const statusMessage = status === undefined ? '' : under('status', () => text(status, 'message'));
  const events = spanEvents(span, timestamp, options);
  const attributes = attributesOf(span, options);
  const record: SpanRecord = {
    traceId,
    spanId,
    ...optional('parentSpanId', id(span, 'parentSpanId')),
    name: text(span, 'name').slice(0, MAX_TEXT),
    kind: (SPAN_KINDS[enumeration(span, 'kind', SPAN_KINDS)] ?? 'UNSPECIFIED').toLowerCase(),
    timestamp,
    durationMs: isTimed ? durationMs : 0,
    status: statusOf(status),
    ...optional('statusMessage', statusMessage.slice(0, MAX_TEXT) || undefined),
    ...optional('service', serviceOf(resource)),
    resource,
    attributes: withTeam(attributes, { said: teamSaid(attributes, resource), path: 'attributes', options }),
    ...(events.length > 0 ? { events } : {}),
  };
  if (isTimed) return { span: record };
  return { span: record, problem: end === undefined ? 'is missing: no duration is known' : 'is before the start' };
};

const statusOf = (status: Message | undefined): string =>
  status === undefined
    ? 'unset'
    : under('status', () => STATUS_CODES[enumeration(status, 'code', STATUS_CODES)] ?? 'UNSET').toLowerCase();

const spanEvents = (span: Message, startMs: number, options: DoorOptions): NonNullable<SpanRecord['events']> =>
  list(span, 'events').map((event, index) =>
    under(`events[${index}]`, () => {
      if (typeof event !== 'object' || event === null) throw new Unusable('', 'expected an object');
      const name = text(event, 'name').slice(0, MAX_TEXT);
      const time = nanoTime(event, 'timeUnixNano');
      const attributes = attributesOf(event, options);
      return {
        name,
        timestamp: time === undefined ? startMs : fractionalMs(time),
        attributes: options.keepContent ? attributes : eventAttributes(name, attributes),
      };
    }),
  );

/** `service.name` of a resource, if it is a name. */
export const serviceOf = (resource: Attributes): string | undefined => {
  const service = resource['service.name'];
  return typeof service === 'string' && service !== '' ? service.slice(0, MAX_TEXT) : undefined;
};

/** A property that is left out when it has no value. */
export const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
