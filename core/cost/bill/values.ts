import { fromUtf8, toUtf8 } from '../../utf8.ts';

/** Values as the files of bills write them, all of them texts. undefined = there is none; null = it cannot be read. */

/** Exports write an absent value as nothing, or as this word. */
const ABSENT = /^(null|\\n|none|n\/a)$/i;

export const readText = (raw: string): string | undefined => {
  if (raw.length > 4) return raw;
  const text = raw.trim();
  return text === '' || ABSENT.test(text) ? undefined : text;
};

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal of any precision; `1,234.5` and `1.234,5` are refused, since one cannot tell which is meant. */
export const readNumber = (raw: string): number | undefined | null => {
  const text = readText(raw);
  if (text === undefined) return undefined;
  const value = NUMBER.test(text) || NUMBER.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
};

/** 2024-09-18, with `T` or a space, with or without time, fraction, `Z`, ` UTC` or an offset. Without one it is UTC. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/;
/** Seconds since 1970 have ten digits, milliseconds thirteen, microseconds sixteen. */
const EPOCHS = [
  [/^\d{9,10}$/, 1000],
  [/^\d{12,13}$/, 1],
  [/^\d{15,16}$/, 1e-3],
] as const;

/** Epoch milliseconds. */
export const readTime = (raw: string): number | undefined | null => {
  const text = readText(raw)?.trim();
  if (text === undefined) return undefined;
  const parts = DATE.exec(text);
  if (!parts) {
    const [, factor] = EPOCHS.find(([form]) => form.test(text)) ?? [];
    return factor === undefined ? null : Math.floor(Number(text) * factor);
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Date.UTC(year!, month! - 1, day, hour, minute, second) + Number(`0.${parts[7] ?? 0}`) * 1000;
  const isReal = month! >= 1 && day! >= 1 && new Date(Date.UTC(year!, month! - 1, day)).getUTCDate() === day;
  return isReal && hour! < 24 && minute! < 60 && second! < 61 ? Math.floor(ms - offsetMs(parts[8])) : null;
};

const offsetMs = (zone: string | undefined): number => {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '') ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
};

type Tags = Readonly<Record<string, string>>;
export const NO_TAGS: Tags = {};

/**
 * Tags as JSON: an object, or a list of `{key, value}` as Google exports labels. Values become texts, keys are sorted, what
 * has no value is left out.
 */
export const readTags = (raw: string): Tags | undefined | null => {
  const text = readText(raw);
  if (text === undefined || text === '{}' || text === '[]') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  return sortedTags(Array.isArray(value) ? value.flatMap(pairOf) : Object.entries(value));
};

const pairOf = (item: unknown): [string, unknown][] => {
  const { key, Key, value, Value } = (item ?? {}) as Record<string, unknown>;
  const name = key ?? Key;
  return typeof name === 'string' ? [[name, value ?? Value]] : [];
};

export const sortedTags = (pairs: Iterable<readonly [string, unknown]>): Tags => {
  const kept: [string, string][] = [];
  for (const [name, value] of pairs) {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
    if (name.trim() !== '' && text !== '') kept.push([name.trim(), text]);
  }
  kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return kept.length === 0 ? NO_TAGS : Object.fromEntries(kept);
};

/**
 * Remembers what `read` made of a text: times, tags and names repeat from row to row. It forgets all when there are too
 * many, and keeps copies, since a piece of a text keeps the whole text in memory.
 */
export const remembering = <T>(read: (raw: string) => T, most = 5_000): ((raw: string) => T) => {
  const known = new Map<string, { made: T }>();
  return (raw) => {
    const found = known.get(raw);
    if (found !== undefined) return found.made;
    if (known.size >= most) known.clear();
    const copy = copyOf(raw);
    const made = read(copy);
    known.set(copy, { made });
    return made;
  };
};

/** A text that keeps no other in memory. */
export const copyOf = (text: string): string => fromUtf8(toUtf8(text));

/** The month of a time, YYYY-MM; rows of one file are mostly of one. */
export const monthMemo = (): ((ms: number) => string) => {
  let last = Number.NaN;
  let month = '';
  return (ms) => {
    if (ms !== last) month = new Date(ms).toISOString().slice(0, 7);
    last = ms;
    return month;
  };
};
/** The day of a time, YYYY-MM-DD. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
