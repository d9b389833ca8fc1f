import { dropContent, isContentKey } from '../content.ts';
import type { DoorOptions } from '../decoded.ts';
import { EVENT_KINDS, type EventInput, type EventKind, type ModelEvent } from '../events.ts';
import { recordTokenShape } from '../genai/tokenShape.ts';
import { isClientKey } from '../otlp/dimensions.ts';
import { attributesFault } from './attributes.ts';
import { type Fault, schemaFaults, seen } from './fault.ts';
import { MAX_FEATURES, MAX_FIELDS } from './limits.ts';
import { type Shape, shapeOf } from './shape.ts';
import { onlyTeam, teamFault } from './teams.ts';
import { readTimestamp } from './timestamp.ts';

type Fields = Record<string, unknown>;

const KINDS: ReadonlySet<unknown> = new Set(EVENT_KINDS);
/** Fields that name a person. The `user` of a release is an operator of the deployment and stays. */
const PERSONAL = new Map<EventKind, readonly string[]>([
  ['inference', ['client']],
  ['outcome', ['client']],
  ['activity', ['user', 'ipAddress']],
  ['security', ['user', 'ipAddress']],
]);

/**
 * One event as it came, past the door: checked, dated, without content, its unknown fields in `attributes`.
 *
 * @param item a value fresh from JSON.parse and ours alone: null fields are taken out of it, since many serialisers
 *   write null for what they do not know
 * @param reading.isAsSent becomes false where the event may be more than its time apart from what came
 * @param reading.unknown becomes the names of fields that the event had and its kind does not know, when it had any
 * @returns the event, or all that is wrong with it
 */
export const readEvent = (
  item: unknown,
  options: DoorOptions,
  reading: { isAsSent: boolean; unknown: readonly string[] | undefined },
): ModelEvent | Fault[] => {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return [{ path: '', message: `expected an event as a JSON object, got ${seen(item)}` }];
  const fields = item as Fields;
  if (!isKind(fields.kind))
    return [{ path: '/kind', message: `expected one of ${EVENT_KINDS.join(', ')}, got ${seen(fields.kind)}` }];
  let shape = shapeOf(fields, fields.kind);
  let result = shape?.schema.safeParse(fields);
  if (result?.success === false && removeNulls(fields)) {
    reading.isAsSent = false;
    shape = shapeOf(fields, fields.kind);
    result = shape?.schema.safeParse(fields);
  }
  if (!shape || !result) return [{ path: '', message: `more than the ${MAX_FIELDS} fields that are taken` }];
  if (!result.success) return schemaFaults(result.error, fields);

  const event = result.data;
  const timestamp = readTimestamp(event.timestamp, options);
  if (typeof timestamp === 'string') return [{ path: '/timestamp', message: timestamp }];
  event.timestamp = timestamp;

  const fault = teamFault(event.team, options);
  if (fault) return [{ path: '/team', message: fault }];
  const team = event.team ?? onlyTeam(options);
  if (team !== event.team) {
    event.team = team;
    reading.isAsSent = false;
  }

  if (event.kind === 'inference') {
    event.source ??= 'event';
    recordTokenShape(event);
    const status = usualStatus(event.status);
    if (status !== event.status) {
      event.status = status;
      reading.isAsSent = false;
    }
    if (event.features) {
      if (Object.keys(event.features).length > MAX_FEATURES)
        return [{ path: '/features', message: `more than the ${MAX_FEATURES} features that are taken` }];
      if (!options.keepContent) dropTexts(event.features);
    }
  }
  if (shape.unknown.length > 0) {
    moveUnknown(fields, event, shape, options);
    reading.unknown = shape.unknown;
  }
  if (event.attributes) {
    if (!options.keepContent) event.attributes = dropContent(event.attributes);
    const attributeFault = attributesFault(event.attributes);
    if (attributeFault) return [attributeFault];
  }
  if (options.hashClient) hashPersonal(event, options.hashClient);

  // Whatever may drop, move or hash anything, whether it did or not: what was taken out must not come back from the log.
  const mayHoldContent = event.attributes !== undefined || (event.kind === 'inference' && event.features !== undefined);
  if (
    fields.timestamp === undefined ||
    shape.unknown.length > 0 ||
    (mayHoldContent && !options.keepContent) ||
    options.hashClient !== undefined
  )
    reading.isAsSent = false;
  return event as ModelEvent;
};

const STATUSES = new Map([
  ['ok', 'ok'],
  ['success', 'ok'],
  ['succeeded', 'ok'],
  ['error', 'error'],
  ['timeout', 'timeout'],
  ['throttled', 'throttled'],
]);

/** One word for one thing: ratios count what is not `ok` as failed. Words of the sender's own stay as they are. */
const usualStatus = (status: string): string =>
  status === 'ok' ? status : (STATUSES.get(status.trim().toLowerCase()) ?? status);

const isKind = (kind: unknown): kind is EventKind => KINDS.has(kind);

/** Takes fields that are null out; false when there was none. */
const removeNulls = (fields: Fields): boolean => {
  const nulls = Object.keys(fields).filter((name) => fields[name] === null);
  for (const name of nulls) delete fields[name];
  return nulls.length > 0;
};

/** Moves unknown fields into `attributes`; where an attribute of that name is there already it wins, and both are kept. */
const moveUnknown = (fields: Fields, event: EventInput, { unknown }: Shape, { keepContent }: DoorOptions): void => {
  const attributes: Fields = event.attributes ?? {};
  const moving: Fields = Object.fromEntries(unknown.map((name) => [name, fields[name]]));
  // Content is told by its name, so it has to go before the name changes.
  for (const [name, value] of Object.entries(keepContent ? moving : dropContent(moving)))
    attributes[Object.hasOwn(attributes, name) ? `event.${name}` : name] = value;
  event.attributes = attributes;
};

/** Drops features that are content by their name; numbers under such names are measures and stay. */
const dropTexts = (features: Fields): void => {
  for (const name in features) if (typeof features[name] === 'string' && isContentKey(name)) delete features[name];
};

const hashPersonal = (event: EventInput, hash: (value: string) => string): void => {
  const fields: Fields = event;
  for (const name of PERSONAL.get(event.kind) ?? []) {
    const value = fields[name];
    if (typeof value === 'string') fields[name] = hash(value);
  }
  for (const [name, value] of Object.entries(event.attributes ?? {})) {
    const isPerson = isClientKey(name) || PERSONAL_ATTRIBUTES.has(name);
    if (isPerson && (typeof value === 'string' || typeof value === 'number'))
      event.attributes![name] = hash(String(value));
  }
};

/** Fields of persons that an event of another kind may bring along as unknown ones. */
const PERSONAL_ATTRIBUTES = new Set(['client', 'user', 'ipAddress', 'event.client', 'event.user', 'event.ipAddress']);
