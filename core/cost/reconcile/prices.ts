import type { Level } from './levels.ts';
import { likeliest, likeliestPrice, type Rate } from './roundest.ts';
import type { Range } from './rounding.ts';

/** Of a day: what the bill's list price is of the estimate's, and what is paid of the list price. */
export interface PriceLevels {
  list: number;
  paid: number;
}

/** What is known of rates from all usage of a service, best known first. */
export interface KnownRates {
  /** What is paid of list prices. */
  discounts: readonly Rate[];
  /** New list prices over those that the estimate takes. */
  lists: readonly Rate[];
}

export const NOTHING_KNOWN: KnownRates = { discounts: [], lists: [] };

/** A price that is not listed: below this share of what it was, it is a discount (free usage), not a new list price. */
const NO_LIST_PRICE = 0.5;
/** Exactly what the estimate takes: list price. */
const EXACT = 1e-4;

export interface SplitInput {
  /** Of each day. */
  levels: readonly Level[];
  /** The estimate's price on each day. */
  price: readonly number[];
  /** On each day, was most of the usage paid by a commitment? */
  isCommitted: readonly boolean[];
  known: KnownRates;
}

/**
 * Splits what is paid of the estimate's price, where the bill says no list prices: below it from the beginning on is a
 * discount; another price from a day on is a new list price, with the same discount as before. Unless usage is paid by a
 * commitment from that day on or no longer, or the price falls to less than half, or back to list: then the discount changed.
 */
export const splitLevels = ({ levels, price, isCommitted, known }: SplitInput): PriceLevels[] => {
  let now: PriceLevels = { list: 1, paid: 1 };
  return levels.map((level, i) => {
    const before = levels[i - 1];
    if (!before) now = begin(level, price[i]!, known);
    else if (level.stretch !== before.stretch) {
      const isOtherwisePaid = isCommitted[i] !== isCommitted[i - 1];
      now = next(now, level, { price: price[i]!, known, isOtherwisePaid });
    }
    return now;
  });
};

const begin = (level: Level, price: number, known: KnownRates): PriceLevels => {
  if (level.low <= 1 && level.high >= 1) return { list: 1, paid: 1 };
  return level.value < 1
    ? { list: 1, paid: likeliest(level, known.discounts) }
    : { list: likelyList(level, price, known.lists), paid: 1 };
};

const next = (
  before: PriceLevels,
  level: Level,
  { price, known, isOtherwisePaid }: { price: number; known: KnownRates; isOtherwisePaid: boolean },
): PriceLevels => {
  const was = before.list * before.paid;
  if (isOtherwisePaid || level.value < was * NO_LIST_PRICE)
    return { list: before.list, paid: likeliest(scaled(level, 1 / before.list), known.discounts) };
  const isBackAtList = before.paid < 1 && Math.abs(level.value - 1) < EXACT;
  if (isBackAtList || was < level.value * NO_LIST_PRICE) return begin(level, price, known);
  return { list: likelyList(scaled(level, 1 / before.paid), price, known.lists), paid: before.paid };
};

/** Of the bill's list price over the estimate's. */
export const likelyList = (level: Range, price: number, known: readonly Rate[]): number => {
  if (level.low <= 1 && level.high >= 1) return 1;
  return price > 0 ? likeliestPrice(level, price, known) : likeliest(level);
};

const scaled = ({ low, high }: Range, factor: number): Range => ({ low: low * factor, high: high * factor });
