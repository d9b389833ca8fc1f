import { DAY, HOUR, MINUTE } from '../telemetry/families.ts';

const UNITS: Record<string, number> = { s: 1000, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `5m`, `24h`, `7d` → milliseconds; undefined where it is none. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,6})(s|m|h|d|w)$/.exec(text) ?? [];
  return amount && unit ? Number(amount) * UNITS[unit]! : undefined;
};

/** Beyond it a calendar has no days: the range of Date, with room for a few days on either side. */
const LAST_MS = 8.64e15 - 30 * DAY;

/** ISO 8601 (without a zone: UTC), epoch milliseconds, `now`, `now-24h`, `now+5m` → epoch ms; undefined where it is none. */
export const parseTime = (text: string, nowMs: number): number | undefined => {
  const time = readTime(text, nowMs);
  return time === undefined || Math.abs(time) > LAST_MS ? undefined : time;
};

/**
 * A parameter that is a time, as `parseTime` reads it.
 *
 * @returns epoch ms, or a sentence that says what is wrong with it
 */
export const timeParam = (text: string, nowMs: number): number | string => {
  // Nobody asks for a day of 1970, and every shell has `date +%s` at hand.
  if (/^\d{9,10}$/.test(text)) return `${text} looks like seconds; times are in milliseconds: ${text}000`;
  return parseTime(text, nowMs) ?? `"${text}" is no time; use ISO 8601, epoch milliseconds, now or now-24h`;
};

const readTime = (text: string, nowMs: number): number | undefined => {
  if (text === 'now') return nowMs;
  const [, sign, duration] = /^now([-+ ])(\w+)$/.exec(text) ?? []; // an unescaped + arrives as a space
  if (duration) {
    const ms = parseDuration(duration);
    return ms === undefined ? undefined : sign === '-' ? nowMs - ms : nowMs + ms;
  }
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  const [, date, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[-+ ]\d\d:?\d\d)?$/.exec(text) ?? [];
  if (!date) return undefined;
  const parsed = Date.parse(`${date}T${time ?? '00:00'}${(zone ?? 'Z').replace(' ', '+')}`);
  return Number.isNaN(parsed) ? undefined : parsed;
};

/** Buckets of a query: bucket i is [starts[i], starts[i + 1]), the last one ends at `toMs`. */
export interface Grid {
  fromMs: number;
  toMs: number;
  starts: readonly number[];
  /** Seconds, 0 for one bucket over the whole range. */
  stepS: number;
  /** The bucket of a time in [fromMs, toMs). */
  indexOf(time: number): number;
}

/** Buckets of equal length aligned to the epoch, the range widened to whole ones; `stepMs` 0 = one bucket of the range. */
export const uniformGrid = (range: { fromMs: number; toMs: number }, stepMs: number): Grid => {
  if (stepMs === 0) return { ...range, starts: [range.fromMs], stepS: 0, indexOf: () => 0 };
  const fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
  const toMs = Math.ceil(range.toMs / stepMs) * stepMs;
  const starts = Array.from({ length: Math.round((toMs - fromMs) / stepMs) }, (_, i) => fromMs + i * stepMs);
  return { fromMs, toMs, starts, stepS: stepMs / 1000, indexOf: (time) => Math.floor((time - fromMs) / stepMs) };
};

/**
 * Days of a time zone, 23 or 25 hours long where its clocks change.
 *
 * @param alignMs days begin at the last multiple of it before midnight, where what is kept is no finer
 */
export const dailyGrid = (range: { fromMs: number; toMs: number }, timeZone: string, alignMs: number): Grid => {
  const aligned = (time: number) => Math.floor(time / alignMs) * alignMs;
  const offsetAt = offsetsOf(timeZone);
  const starts: number[] = [];
  let start = startOfDay(range.fromMs, offsetAt);
  while (start < range.toMs) {
    starts.push(aligned(start));
    start = startOfDay(start + 26 * HOUR, offsetAt); // past the end of the longest day, before that of the next
  }
  const toMs = aligned(start);
  const indexOf = (time: number) => {
    let i = Math.min(starts.length - 1, Math.floor((time - starts[0]!) / DAY) + 1);
    while (starts[i]! > time) i--;
    return i;
  };
  return { fromMs: starts[0] ?? range.fromMs, toMs, starts, stepS: DAY / 1000, indexOf };
};

export const isTimeZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
};

/** How far a zone's clocks are ahead of UTC at a time, milliseconds. Making the format costs more than using it. */
export const offsetsOf = (timeZone: string): ((time: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (time) => {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return local - Math.floor(time / 1000) * 1000;
  };
};

const startOfDay = (time: number, offsetAt: (time: number) => number): number => {
  const offset = offsetAt(time);
  const localMidnight = Math.floor((time + offset) / DAY) * DAY;
  // The offset at midnight may differ from the one now; asking at the guess settles it.
  return localMidnight - offsetAt(localMidnight - offset);
};
