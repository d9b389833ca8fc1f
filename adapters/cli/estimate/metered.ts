import recorded from './metered.json' with { type: 'json' };
import { addUnits, scaleUnits, type Units } from './prices.ts';

/** Over how long a million events are sent. The slower, the fewer share a function's run and a transaction. */
export type Span = 'a day' | 'an hour' | 'ten minutes';

/** What `bench/aws-cost` counted, by the part of the application that caused it. */
export interface Metered {
  /** When it ran, ISO 8601. */
  at: string;
  /** A million inference events in requests of 500, spread evenly over the time that the name says. */
  perMillionEvents: Readonly<Record<Span, Readonly<Record<string, Units>>>>;
  /** A day on which nobody sends: heartbeats, and scheduled work that finds little to do. */
  idleDay: Readonly<Record<string, Units>>;
}

export const METERED: Metered = recorded;

/** Of an average month: 365.25 / 12. */
export const DAYS_PER_MONTH = 30.4375;
export const HOURS_PER_MONTH = 24 * DAYS_PER_MONTH;
export const MINUTES_PER_MONTH = 60 * HOURS_PER_MONTH;

export const sumOf = (parts: Readonly<Record<string, Units>>): Units => Object.values(parts).reduce(addUnits, {});

export const monthOf = (parts: Readonly<Record<string, Units>>): Units => scaleUnits(sumOf(parts), DAYS_PER_MONTH);
