/**
 * Our DDSketch: a distribution as exact counts of logarithmic bins, relative error 1 % at every quantile.
 * After Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019.
 *
 * A bin is named by one integer key that grows with the value, negatives and zero included, so a sketch is a sorted
 * multiset of keys and merging is adding counts: associative, commutative, equal to sketching the concatenation.
 */

/** Largest relative error of a value read back from its bin. */
export const RELATIVE_ERROR = 0.01;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LN_GAMMA = Math.log(GAMMA);
/** From the upper end of a bin to the value equally far from both ends. As a logarithm, since twice the largest doubles overflow. */
const LN_MIDDLE = Math.log(2 / (GAMMA + 1));
/** Above |ceil(log_gamma(5e-324))| = 37,216, so that keys of positive values are positive and of negative values negative. */
const OFFSET = 37_300;
/** Keys are in [-MAX_KEY, MAX_KEY]. */
export const MAX_KEY = OFFSET + 35_500;

/** The bin of a finite value. Zero (and minus zero) is bin 0. */
export const binOf = (value: number): number =>
  value > 0
    ? Math.ceil(Math.log(value) / LN_GAMMA) + OFFSET
    : value < 0
      ? -(Math.ceil(Math.log(-value) / LN_GAMMA) + OFFSET)
      : 0;

/** The value a bin stands for: within 1 % of every value in it. */
export const valueOfBin = (key: number): number => {
  if (key === 0) return 0;
  const magnitude = Math.min(Number.MAX_VALUE, Math.exp((Math.abs(key) - OFFSET) * LN_GAMMA + LN_MIDDLE));
  return key > 0 ? magnitude : -magnitude;
};

/** Counts of bins by ascending key: key i is `keys[i]`, or `low + i` where bins lie side by side. Counts may be 0. */
export type Bins = { counts: ArrayLike<number> } & ({ keys: ArrayLike<number> } | { low: number });

/**
 * A quantile of a distribution, by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, what
 * NumPy and DuckDB's quantile_cont do), each read from its bin.
 *
 * @param q in [0, 1]; 0 and 1 answer `min` and `max` exactly
 * @returns null on an empty sketch; otherwise within [min, max] and 1 % of the exact order statistics
 */
export const quantile = (bins: Bins, q: number, range: { min: number; max: number }): number | null => {
  const { counts } = bins;
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (total === 0) return null;
  if (q <= 0) return range.min;
  if (q >= 1) return range.max;
  const rank = q * (total - 1);
  const low = Math.floor(rank);
  const at = (i: number) => {
    const value = valueOfBin('keys' in bins ? bins.keys[i]! : bins.low + i);
    return Math.min(range.max, Math.max(range.min, value));
  };
  let seen = 0;
  let i = 0;
  while (seen + counts[i]! <= low) seen += counts[i++]!;
  const lowValue = at(i);
  const fraction = rank - low;
  if (fraction === 0 || seen + counts[i]! > low + 1) return lowValue;
  do i++;
  while (counts[i] === 0);
  const highValue = at(i);
  const between = highValue - lowValue; // infinite between the largest doubles of either sign
  if (!Number.isFinite(between)) return lowValue * (1 - fraction) + highValue * fraction;
  return Math.min(highValue, lowValue + fraction * between);
};
