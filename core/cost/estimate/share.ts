/**
 * Parts of an amount by weight. They add up to the amount but for the last bits of floating point; without any weight all
 * get the same. [] of nobody.
 *
 * @param weights none negative
 */
export const shares = (amount: number, weights: readonly number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? amount * (weight / total) : amount / weights.length));
};
