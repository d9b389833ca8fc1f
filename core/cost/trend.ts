import { median, theilSenSlope } from './robust.ts';

/** How a figure moves over periods of equal length. */
export interface Trend {
  /** Of the last period against the one before, as a share of that; null where either is unknown or that was 0. */
  last: number | null;
  /** Per period, as a share of the usual value: Theil–Sen slope over the median; null of fewer than three known periods. */
  perPeriod: number | null;
  direction: 'rising' | 'falling' | 'steady' | 'unknown';
}

/** Less than it for each period is steady. Our choice. */
const STEADY = 0.01;

/** @param values of periods, the oldest first; null = not known */
export const trendOf = (values: readonly (number | null)[]): Trend => {
  const [before, now] = [values.at(-2) ?? null, values.at(-1) ?? null];
  const known = values.filter((value) => value !== null);
  const usual = known.length < 3 ? 0 : Math.abs(median(known));
  const slope = theilSenSlope(values);
  const perPeriod = usual > 0 && slope !== null ? slope / usual : null;
  return {
    last: before === null || now === null || before === 0 ? null : now / before - 1,
    perPeriod,
    direction: directionOf(perPeriod),
  };
};

const directionOf = (perPeriod: number | null): Trend['direction'] => {
  if (perPeriod === null) return 'unknown';
  return Math.abs(perPeriod) < STEADY ? 'steady' : perPeriod > 0 ? 'rising' : 'falling';
};
