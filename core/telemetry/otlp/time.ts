import { Unusable } from '../decoded.ts';
import { type Message, rawField } from './read.ts';

/** A time to the nanosecond, which one double cannot hold: whole epoch milliseconds and the nanoseconds (0 to 999,999) after. */
export interface NanoTime {
  ms: number;
  ns: number;
}

/** Reads a fixed64 of epoch nanoseconds (protobuf's halves, a decimal string or a JSON number); undefined when absent or 0. */
export const nanoTime = (parent: Message, name: string): NanoTime | undefined => {
  const value = rawField(parent, name);
  const time = value === undefined ? undefined : split(value);
  if (time === null) throw new Unusable(name, 'expected nanoseconds since 1970 as a number or decimal string');
  return time === undefined || (time.ms === 0 && time.ns === 0) ? undefined : time;
};

/** Epoch milliseconds with fractions, good to a quarter of a microsecond. */
export const fractionalMs = (time: NanoTime): number => time.ms + time.ns / 1e6;

/** Milliseconds from `start` to `end`, to the nanosecond; negative when end is before start. */
export const elapsedMs = (start: NanoTime, end: NanoTime): number => end.ms - start.ms + (end.ns - start.ns) / 1e6;

const split = (value: unknown): NanoTime | null => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? fromDouble(value) : null;
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? fromDigits(value) : null;
  if (typeof value === 'object' && value !== null && 'low' in value && 'high' in value)
    return fromHalves(Number(value.high) >>> 0, Number(value.low) >>> 0);
  return null;
};

const fromDouble = (value: number): NanoTime => ({ ms: Math.floor(value / 1e6), ns: Math.floor(value % 1e6) });

const fromDigits = (digits: string): NanoTime => ({ ms: Number(digits.slice(0, -6)), ns: Number(digits.slice(-6)) });

/** 2^32 ns are 4,294 ms and 967,296 ns; every product here stays below 2^53, so this is exact. */
const fromHalves = (high: number, low: number): NanoTime => {
  const rest = high * 967_296 + low;
  return { ms: high * 4294 + Math.floor(rest / 1e6), ns: rest % 1e6 };
};
