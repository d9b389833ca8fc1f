import { DAY, HOUR } from '../core/telemetry/families.ts';

const PEAK_HOUR = 14;
const SWING = 0.6;
const WEEKDAY = 1.12;
const WEEKEND = 0.7;

/**
 * How busy an hour is compared with the average one, in UTC: highest at 14:00 on a weekday (1.8), lowest at 02:00 on a
 * weekend (0.3). Its mean over a week is 1.
 */
export const rhythm = (atMs: number): number => {
  const hour = (atMs % DAY) / HOUR;
  // The epoch began on a Thursday: day 2 was a Saturday.
  const weekday = (Math.floor(atMs / DAY) + 4) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  return (1 + SWING * Math.cos((2 * Math.PI * (hour - PEAK_HOUR)) / 24)) * (isWeekend ? WEEKEND : WEEKDAY);
};
