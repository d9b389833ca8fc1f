import { type DoorOptions, timeRange } from '../decoded.ts';

/** ISO 8601 in the extended format: a date, or date and time to the minute or finer, with or without a zone. */
const ISO = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;
const LAST_REPRESENTABLE_MS = 8.64e15;

/**
 * When an event happened.
 *
 * @param value ISO 8601 (without a zone it is UTC), epoch milliseconds, or undefined: now
 * @returns whole epoch milliseconds in [now - maxAge, now + maxAhead] and 1970 to 9999, or a sentence that says what is wrong
 */
export const readTimestamp = (value: string | number | undefined, options: DoorOptions): number | string => {
  if (value === undefined) return options.nowMs;
  const ms = toEpochMs(value);
  if (Number.isNaN(ms))
    return `expected ISO 8601, for example 2026-01-31T12:00:00Z, or epoch milliseconds as a number, got ${JSON.stringify(String(value).slice(0, 60))}`;
  const { earliestMs, latestMs } = timeRange(options);
  if (ms >= earliestMs && ms <= latestMs) return ms;
  const range = `${show(earliestMs)} to ${show(latestMs)}`;
  return `${value}${typeof value === 'number' ? ` (${show(ms)})` : ''} is outside the time range that is taken, ${range}${hint(value, options)}`;
};

/** What nearly every client sends, and the one form that is worth reading by hand: three times as fast as Date.parse. */
const USUAL = /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A time as it came, in whole epoch milliseconds; NaN when it is none. */
export const toEpochMs = (value: string | number): number =>
  typeof value === 'number' ? Math.trunc(value) : parseIso(value);

/** Epoch milliseconds, NaN when it is no such date. */
const parseIso = (text: string): number => {
  const isUsual = USUAL.test(text);
  const zone = isUsual ? undefined : ISO.exec(text);
  if (zone === null) return Number.NaN;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  // Both ways of reading turn February 30 into March 2.
  const day = two(text, 8);
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return Number.NaN;
  if (zone) return Date.parse(zone[1] === undefined && text.length > 10 ? `${text}Z` : text);
  const ms = (text.charCodeAt(20) - 48) * 100 + two(text, 21);
  return Date.UTC(year, month - 1, day, two(text, 11), two(text, 14), two(text, 17), ms);
};

/** The number that two digits make. */
const two = (text: string, at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

const show = (ms: number): string =>
  Math.abs(ms) <= LAST_REPRESENTABLE_MS
    ? new Date(ms).toISOString()
    : ms < 0
      ? 'the beginning of time'
      : 'the end of time';

const UNITS = [
  { name: 'seconds', perMs: 1e-3 },
  { name: 'microseconds', perMs: 1e3 },
  { name: 'nanoseconds', perMs: 1e6 },
];

/** Numbers in another unit of time are the usual mistake: says so when the value would be near now in that unit. */
const hint = (value: string | number, { nowMs }: DoorOptions): string => {
  if (typeof value === 'string') return '';
  const yearMs = 366 * 86_400_000;
  const unit = UNITS.find(({ perMs }) => Math.abs(value / perMs - nowMs) < 20 * yearMs);
  return unit === undefined ? '' : `; it looks like ${unit.name}: send milliseconds`;
};
