import type { Problem } from '../../errors.ts';
import { attempt, Unusable } from '../decoded.ts';

/**
 * Reading of one message, decoded from protobuf or parsed from OTLP's JSON: the same fields, but 64-bit numbers are
 * objects or strings, and ids bytes or hex. A field that is absent or null answers undefined; one of a wrong type throws
 * Unusable with its name as path.
 */
export type Message = object;

const field = (message: Message, name: string): unknown =>
  Object.hasOwn(message, name) ? ((message as Record<string, unknown>)[name] ?? undefined) : undefined;

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(typeof value);
  return Array.isArray(value) ? 'an array' : text;
};

const wrong = (name: string, expected: string, value: unknown) =>
  new Unusable(name, `expected ${expected}, got ${shown(value)}`);

/** A 64-bit integer as protobufjs gives it. */
interface Wide {
  low: number;
  high: number;
  unsigned: boolean;
}
const isWide = (value: unknown): value is Wide =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'low') && Object.hasOwn(value, 'high');

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const message = (parent: Message, name: string): Message | undefined => {
  const value = field(parent, name);
  if (value === undefined || isMessage(value)) return value;
  throw wrong(name, 'an object', value);
};

/** [] when absent. */
export const list = (parent: Message, name: string): readonly unknown[] => {
  const value = field(parent, name) ?? [];
  if (Array.isArray(value)) return value;
  throw wrong(name, 'an array', value);
};

/** Each item of a list of messages with its path; what is unusable in it is added to `problems` and the rest goes on. */
export const each = (
  parent: Message,
  name: string,
  problems: Problem[],
  work: (item: Message, path: string) => void,
  at = '',
): void =>
  list(parent, name).forEach((item, index) => {
    const path = `${at === '' ? '' : `${at}.`}${name}[${index}]`;
    attempt(problems, () => {
      if (!isMessage(item)) throw wrong(path, 'an object', item);
      under(path, () => work(item, path));
    });
  });

/** Puts `path` before the path of what is unusable within `work`. */
export const under = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    throw new Unusable(error.path === '' ? path : `${path}.${error.path}`, error.message);
  }
};

/** '' when absent. */
export const text = (parent: Message, name: string): string => {
  const value = field(parent, name) ?? '';
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value);
};

export const flag = (parent: Message, name: string): boolean | undefined => {
  const value = field(parent, name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrong(name, 'true or false', value);
};

/** A number of any width; integers beyond 2^53 lose their last digits. NaN and infinities ("NaN" in JSON) pass. */
export const toNumber = (value: unknown, name: string): number => {
  if (typeof value === 'number') return value;
  if (isWide(value)) return (value.unsigned ? value.high >>> 0 : value.high) * 4294967296 + (value.low >>> 0);
  if (typeof value === 'string' && /^(-?\d+(\.\d+)?([eE][-+]?\d+)?|NaN|-?Infinity)$/.test(value)) return Number(value);
  throw wrong(name, 'a number', value);
};

export const number = (parent: Message, name: string): number | undefined => {
  const value = field(parent, name);
  return value === undefined ? undefined : toNumber(value, name);
};

/** A count: an integer >= 0; 0 when absent. */
export const count = (parent: Message, name: string): number => {
  const value = number(parent, name) ?? 0;
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Unusable(name, `expected a whole number of at least 0, got ${value}`);
};

/** An enumeration by number or by name (`names[number]` or its end, as in SPAN_KIND_CLIENT for CLIENT). */
export const enumeration = (parent: Message, name: string, names: readonly string[]): number => {
  const value = field(parent, name) ?? 0;
  if (typeof value === 'number') return value;
  const index = typeof value === 'string' ? names.findIndex((n) => value === n || value.endsWith(`_${n}`)) : -1;
  if (index >= 0) return index;
  throw wrong(name, `one of ${names.join(', ')}`, value);
};

/** An id as lower-case hex; undefined when absent, empty or all zeros (which OTLP calls invalid). */
export const id = (parent: Message, name: string): string | undefined => {
  const value = field(parent, name) ?? '';
  const hex =
    value instanceof Uint8Array
      ? Array.from(value.subarray(0, 32), (byte) => byte.toString(16).padStart(2, '0')).join('')
      : value;
  if (typeof hex !== 'string' || !/^[0-9a-fA-F]{0,64}$/.test(hex)) throw wrong(name, 'hexadecimal digits', value);
  return /^0*$/.test(hex) ? undefined : hex.toLowerCase();
};

export { field as rawField };
