import { util } from 'protobufjs';
import { dropContent } from '../content.ts';
import { type DoorOptions, Unusable } from '../decoded.ts';
import { isClientKey } from './dimensions.ts';
import { flag, list, type Message, message, number, rawField, text, under } from './read.ts';

export type Attributes = Record<string, unknown>;

/** Nesting of values that is followed. */
const MAX_DEPTH = 32;

/**
 * The attributes of a resource, span, event, point or record, as JSON can hold them: content dropped and clients hashed
 * as the options say. Of a key that comes twice the last counts. Throws Unusable on values of no known type.
 */
export const attributesOf = (parent: Message, options: DoorOptions): Attributes => {
  const all = keyValues(parent, 'attributes', 0);
  const clean = options.keepContent ? all : dropContent(all);
  return options.hashClient === undefined ? clean : withHashedClients(clean, options.hashClient);
};

const withHashedClients = (attributes: Attributes, hash: (client: string) => string): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) =>
      isClientKey(key) && (typeof value === 'string' || typeof value === 'number')
        ? [key, hash(String(value))]
        : [key, value],
    ),
  );

const keyValues = (parent: Message, name: string, depth: number): Attributes =>
  Object.fromEntries(
    list(parent, name).map((item, index) =>
      under(`${name}[${index}]`, () => {
        if (!isMessage(item)) throw new Unusable('', 'expected an object with key and value');
        return [text(item, 'key'), anyValueOf(item, 'value', depth)];
      }),
    ),
  );

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An AnyValue under `name` as a JSON value. Integers beyond 2^53 become decimal strings, bytes base64, NaN and infinities
 * their names, an unset value null.
 */
export const anyValueOf = (parent: Message, name: string, depth = 0): unknown => {
  const any = message(parent, name);
  return any === undefined ? null : under(name, () => anyValue(any, depth));
};

const anyValue = (any: Message, depth: number): unknown => {
  if (depth > MAX_DEPTH) throw new Unusable('', `nested deeper than ${MAX_DEPTH}`);
  if (Object.hasOwn(any, 'stringValue')) return text(any, 'stringValue');
  if (Object.hasOwn(any, 'boolValue')) return flag(any, 'boolValue') ?? null;
  if (Object.hasOwn(any, 'intValue')) return integer(any);
  if (Object.hasOwn(any, 'doubleValue')) return double(any);
  const array = message(any, 'arrayValue');
  if (array !== undefined)
    return list(array, 'values').map((item, index) => {
      if (!isMessage(item)) throw new Unusable(`arrayValue.values[${index}]`, 'expected an object');
      return anyValue(item, depth + 1);
    });
  const record = message(any, 'kvlistValue');
  if (record !== undefined) return keyValues(record, 'values', depth + 1);
  return bytes(rawField(any, 'bytesValue'));
};

const integer = (any: Message): unknown => {
  const value = number(any, 'intValue');
  if (value === undefined || Number.isSafeInteger(value)) return value ?? null;
  return String(rawField(any, 'intValue'));
};

const double = (any: Message): unknown => {
  const value = number(any, 'doubleValue');
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : String(value);
};

const bytes = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return util.base64.encode(value, 0, value.length);
  return typeof value === 'string' ? value : null;
};
