/** Seeded chance: the same seed gives the same numbers on any machine. */

/** Uniform in [0, 1). Mulberry32 by Tommy Ettinger: 32 bits of state, good enough for a workload. */
export const mulberry32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** Standard normal, by Box and Muller. */
export const normal = (random: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A rank in [0, n) with probability proportional to 1 / (rank + 1)^exponent. */
export const zipf = (n: number, exponent: number, random: () => number) => {
  const cumulative = new Float64Array(n);
  let total = 0;
  for (let rank = 0; rank < n; rank++) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return (): number => {
    const target = random() * total;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};
