import { offsetsOf } from '../query/time.ts';
import { DAY } from '../telemetry/families.ts';

/** Periods of a calendar; weeks begin on Monday (ISO 8601), quarters in January, April, July and October. */
export const PERIODS = ['day', 'week', 'month', 'quarter'] as const;
export type CalendarPeriod = (typeof PERIODS)[number];

/** From `fromMs` (included) to `toMs` (not included), epoch milliseconds. */
export interface Period {
  fromMs: number;
  toMs: number;
}

/** The period of a time zone's calendar that a time lies in. Days are as long as they are where clocks change. */
export const periodAt = (period: CalendarPeriod, timeZone: string, atMs: number): Period => {
  const offsetAt = offsetsOf(timeZone);
  const [first, next] = datesOf(period, new Date(atMs + offsetAt(atMs)));
  return { fromMs: startOfDate(first, offsetAt), toMs: startOfDate(next, offsetAt) };
};

/** When a day begins in a time zone. @param date YYYY-MM-DD */
export const startOf = (date: string, timeZone: string): number =>
  startOfDate(Date.parse(`${date}T00:00Z`), offsetsOf(timeZone));

/** First day of the period and of the next one, each as its midnight in UTC. @param local the wall clock, as if it were UTC */
const datesOf = (period: CalendarPeriod, local: Date): [number, number] => {
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  switch (period) {
    case 'day':
      return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
    case 'week': {
      const monday = day - ((local.getUTCDay() + 6) % 7);
      return [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)];
    }
    case 'month':
      return [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
    case 'quarter': {
      const first = month - (month % 3);
      return [Date.UTC(year, first, 1), Date.UTC(year, first + 3, 1)];
    }
  }
};

/**
 * The first moment of a date: midnight, or where clocks skip midnight (Cairo, Beirut) the moment after it. Of the offsets in force a
 * day before and after, it is the earliest that leads to a wall clock of that date.
 */
const startOfDate = (dateMs: number, offsetAt: (time: number) => number): number => {
  const offsets = [offsetAt(dateMs - DAY), offsetAt(dateMs + DAY)];
  const moments = offsets.map((offset) => dateMs - offset).toSorted((a, b) => a - b);
  return moments.find((moment) => moment + offsetAt(moment) >= dateMs)!;
};
