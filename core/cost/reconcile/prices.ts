import type { Level } from './levels.ts';

/** Of a day: what the bill's list price is of the estimate's, and what is paid of the list price. */
export interface PriceLevels {
  list: number;
  paid: number;
}

/** A price that is not listed: below this share of what it was, it is a discount (free usage), not a new list price. */
const NO_LIST_PRICE = 0.5;
/** Exactly what the estimate takes: list price. */
const EXACT = 1e-4;
/** A level so near to 1 is 1. */
const NEGLIGIBLE = 1e-9;

/**
 * Splits what is paid of the estimate's price, where the bill says no list prices: below it from the beginning on is a
 * discount; another price from a day on is a new list price, with the same discount as before. Unless usage is paid by a
 * commitment from that day on or no longer, or the price falls to less than half, or back to list: then the discount changed.
 *
 * @param levels of each day
 * @param isCommitted on each day, was most of the usage paid by a commitment?
 */
export const splitLevels = (levels: readonly Level[], isCommitted: readonly boolean[]): PriceLevels[] => {
  let now: PriceLevels = { list: 1, paid: 1 };
  return levels.map(({ value, stretch }, i) => {
    if (i === 0) now = begin(value);
    else if (stretch !== levels[i - 1]!.stretch)
      now = next(now, value, { isOtherwisePaid: isCommitted[i] !== isCommitted[i - 1] });
    return now;
  });
};

const begin = (value: number): PriceLevels =>
  value < 1 - NEGLIGIBLE ? { list: 1, paid: value } : { list: value, paid: 1 };

const next = (before: PriceLevels, value: number, { isOtherwisePaid }: { isOtherwisePaid: boolean }): PriceLevels => {
  const was = before.list * before.paid;
  if (isOtherwisePaid || value < was * NO_LIST_PRICE) return { list: before.list, paid: value / before.list };
  const isBackAtList = before.paid < 1 && Math.abs(value - 1) < EXACT;
  if (isBackAtList || was < value * NO_LIST_PRICE) return begin(value);
  return { list: value / before.paid, paid: before.paid };
};
