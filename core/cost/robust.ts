/** Statistics that a few wild values cannot move. All of them leave their input as it is. */

/**
 * @param p 0 to 1
 * @returns the p-quantile, interpolated between ranks (Hyndman and Fan's type 7, as R and NumPy); NaN of nothing
 */
export const quantile = (values: readonly number[], p: number): number => {
  const sorted = Float64Array.from(values).sort();
  const rank = (sorted.length - 1) * p;
  const low = Math.floor(rank);
  const below = sorted[low] ?? Number.NaN;
  const above = sorted[Math.ceil(rank)] ?? Number.NaN;
  return below + (above - below) * (rank - low);
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Makes the median absolute deviation, and the mean one, of normal values their standard deviation: 1/Φ⁻¹(¾) and √(π/2). */
const OF_MEDIAN = 1.4826;
const OF_MEAN = 1.2533;

/**
 * A robust standard deviation: 1.4826 × the median absolute deviation, or where more than half of the values are equal
 * 1.2533 × the mean absolute deviation (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers).
 *
 * @returns >= 0; 0 where all are equal; NaN of nothing
 */
export const robustDeviation = (values: readonly number[]): number => {
  const middle = median(values);
  const distances = values.map((value) => Math.abs(value - middle));
  return OF_MEDIAN * median(distances) || OF_MEAN * mean(distances);
};

/** Median of the slopes of all pairs (Theil 1950, Sen 1968), per step; null of fewer than two values. Up to 29 % may be wild. */
export const theilSenSlope = (values: readonly (number | null)[]): number | null => {
  const slopes: number[] = [];
  values.forEach((b, j) => {
    if (b !== null) for (let i = 0; i < j; i++) if (values[i] != null) slopes.push((b - values[i]!) / (j - i));
  });
  return slopes.length === 0 ? null : median(slopes);
};
