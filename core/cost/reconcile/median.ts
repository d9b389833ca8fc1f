/** The middle value, or the mean of the two in the middle; undefined of none. */
export const median = (values: readonly number[]): number | undefined => {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Standard deviation of a normal distribution that has this median of absolute deviations. */
export const SIGMA_OF_MAD = 1.4826;
