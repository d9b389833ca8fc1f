import { priceOf, type Unit, type Units } from './prices.ts';

/** One line of an estimate. */
export interface Line {
  what: string;
  /** How much of it there is, for people. */
  amount: string;
  /** US dollars a month; null = not metered, so unknown. */
  usd: number | null;
  /** What the number does not say. */
  note?: string;
}

/** A line of one unit. */
export const lineOf = (what: string, unit: Unit, amount: number, note?: string): Line => ({
  what,
  amount: shortAmount(amount),
  usd: priceOf({ [unit]: amount }),
  ...(note && { note }),
});

/** A line of several. */
export const lineOfUnits = (what: string, amount: string, units: Units, note?: string): Line => ({
  what,
  amount,
  usd: priceOf(units),
  ...(note && { note }),
});

/** Something whose price is no product of units: free, or unknown (null). */
export const lineWithout = (usd: 0 | null, what: string, note: string): Line => ({ what, amount: '', usd, note });

/** Of those that are known. */
export const totalUsd = (lines: readonly Line[]): number => lines.reduce((sum, { usd }) => sum + (usd ?? 0), 0);

/** 657,000; 0.0123 */
export const shortAmount = (amount: number): string =>
  amount.toLocaleString('en', amount >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
