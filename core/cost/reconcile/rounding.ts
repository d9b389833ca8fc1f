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

/** By chance an interval holds a number this short once in so many times. */
const CHANCE = 0.01;

/**
 * The shortest decimal in an interval where it is too short to be there by chance: prices and discounts are made by people,
 * and a rounded bill that leaves [0.79998, 0.80001] means 0.8. Else the middle.
 */
export const shortest = (low: number, high: number): number => {
  const middle = (low + high) / 2;
  const width = high - low;
  if (!(width > 0) || !(middle > 0)) return middle;
  for (let decimals = 0; width * 10 ** decimals < CHANCE; decimals++) {
    const rounded = Math.round(middle * 10 ** decimals) / 10 ** decimals;
    if (rounded >= low && rounded <= high) return rounded;
  }
  return middle;
};
