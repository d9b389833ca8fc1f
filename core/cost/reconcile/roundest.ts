import { isMultiple, type Range } from './rounding.ts';

/** A share, as far as it is known. */
export type Rate = Range & { value: number };

/** Shares that people agree on are multiples of a percent, of half a percent, ... The roundest first. */
const SHARES = [0.01, 0.005, 0.001, 0.0001];
/** Known shares that are multiples of this are round. */
const ROUND = 0.001;

/**
 * The share that people meant, of a range: one that is known from elsewhere, the best known first; else the roundest that is
 * there (of [0.79998, 0.80001] it is 0.8); else the middle.
 */
export const likeliest = (range: Range, known: readonly Rate[] = []): number => {
  if (!isOpen(range)) return middleOf(range);
  const there = narrowerThan(range, known).find(isIn(range)) ?? firstRound(range, [...SHARES, ...decimalsOf(1e-5)]);
  return there?.value ?? middleOf(range);
};

/**
 * The same of a new price over the old one. Prices change by a round share, or to a price that is round itself: in the way
 * that others of the service do, where these are better known.
 */
export const likeliestPrice = (range: Range, oldPrice: number, known: readonly Rate[]): number => {
  if (!isOpen(range)) return middleOf(range);
  const others = narrowerThan(range, known);
  const shares = others.filter(({ value }) => isMultiple(value, 1 / ROUND));
  const prices = decimalsOf(middleOf(range) * oldPrice).map((step) => step / oldPrice);
  const isByPrices = others.length > 0 && shares.length === 0;
  const steps = isByPrices ? prices : [...SHARES, ...prices].sort((a, b) => b - a);
  return (shares.find(isIn(range)) ?? firstRound(range, steps))?.value ?? middleOf(range);
};

const isOpen = (range: Range): boolean => range.high > range.low && middleOf(range) > 0;
const middleOf = ({ low, high }: Range): number => (low + high) / 2;
const isIn =
  ({ low, high }: Range) =>
  ({ value }: { value: number }): boolean =>
    value >= low && value <= high;
const narrowerThan = ({ low, high }: Range, known: readonly Rate[]): readonly Rate[] =>
  known.filter((one) => one.high - one.low < high - low);

/** A multiple of the first of these steps that has one in the range; of steps that are smaller than it, every range has some. */
const firstRound = (range: Range, steps: readonly number[]): { value: number } | undefined =>
  steps
    .filter((step) => range.high - range.low < step)
    .map((step) => ({ value: step * Math.round(middleOf(range) / step) }))
    .find(isIn(range));

/** Steps that numbers of this size are rounded to, from the size's first digit on. */
const decimalsOf = (size: number): number[] => {
  const first = Math.floor(Math.log10(size));
  return Array.from({ length: 12 }, (_, i) => 10 ** (first - i));
};
