/** Amounts with more decimals than this were not rounded for people. */
const MOST_DECIMALS = 8;

/** The power of ten that all amounts are whole multiples of, 1 to 1e-8; 0 where there is none, or no amount. */
export const stepOf = (amounts: readonly number[]): number => {
  const some = amounts.filter((amount) => amount !== 0);
  if (some.length === 0) return 0;
  let decimals = 0;
  for (const amount of some) {
    while (decimals <= MOST_DECIMALS && !isMultiple(amount, 10 ** decimals)) decimals++;
    if (decimals > MOST_DECIMALS) return 0;
  }
  return 10 ** -decimals;
};

/** Sums of decimals are off by a few units of the last binary place. */
export const isMultiple = (amount: number, perUnit: number): boolean => {
  const scaled = amount * perUnit;
  return Math.abs(scaled - Math.round(scaled)) <= 1e-9 + Math.abs(scaled) * 1e-12;
};

/** Ways to round, as what an amount `y` was before: [y + from, y + to] in units of the last place. */
export const ROUNDINGS = [
  { from: -0.5, to: 0.5, most: 0.5 },
  { from: -1, to: 0, most: 1 }, // always up
  { from: 0, to: 1, most: 1 }, // always down
] as const;

/** All that a number can be, both ends included. */
export interface Range {
  low: number;
  high: number;
}
