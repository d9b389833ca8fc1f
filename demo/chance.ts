/** Seeded chance for the simulated fleet: the same numbers on every machine, in any order of asking. */

/**
 * One 32-bit number out of several integers (each uses its low 53 bits), so that every minute of every deployment has a
 * seed of its own. The mixing is MurmurHash3's 32-bit finaliser (Austin Appleby, public domain).
 */
export const seedOf = (...parts: readonly number[]): number => {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = mix(hash ^ part);
    hash = mix(hash ^ Math.floor(part / 0x1_0000_0000));
  }
  return hash >>> 0;
};

const mix = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x6d2b79f5;
};

/** Uniform in [0, 1). Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, plenty for one minute. */
export const uniform = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** A standard normal number, by Box and Muller (1958). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A log-normal number by its median and the standard deviation of its logarithm. */
export const logNormal = (random: () => number, { median, sigma }: { median: number; sigma: number }): number =>
  median * Math.exp(sigma * normal(random));

/** How many times something happens that happens `mean` times on average (Knuth's method; fit for means below 500). */
export const poisson = (random: () => number, mean: number): number => {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
};

/** Shares, in [0, 1] and ascending, of `size` ranks by Zipf's law: rank r has weight 1 / r^exponent. */
export const zipfShares = ({ size, exponent }: { size: number; exponent: number }): Float64Array => {
  const cumulative = new Float64Array(size);
  let total = 0;
  for (let rank = 0; rank < size; rank++) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return cumulative.map((value) => value / total);
};

/** The index that a uniform number falls on, by ascending cumulative shares whose last is 1. */
export const indexOf = (cumulativeShares: ArrayLike<number>, at: number): number => {
  let low = 0;
  let high = cumulativeShares.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulativeShares[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
};
