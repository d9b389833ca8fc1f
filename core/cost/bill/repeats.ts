const FIRST_SLOTS = 2 ** 16;

/**
 * Knows rows that it has seen by 64 bits of their values, 8 to 32 bytes each: of a million different rows one is taken for
 * another once in some 37 million files.
 */
export const repeatFilter = () => {
  let slots = new Uint32Array(2 * FIRST_SLOTS);
  let count = 0;

  const insert = (into: Uint32Array, high: number, low: number): boolean => {
    const mask = into.length / 2 - 1;
    for (let i = low & mask; ; i = (i + 1) & mask) {
      if (into[2 * i] === high && into[2 * i + 1] === low) return false;
      if (into[2 * i] !== 0) continue;
      into[2 * i] = high;
      into[2 * i + 1] = low;
      return true;
    }
  };

  const grow = (): void => {
    const larger = new Uint32Array(2 * slots.length);
    for (let i = 0; i < slots.length; i += 2) if (slots[i] !== 0) insert(larger, slots[i]!, slots[i + 1]!);
    slots = larger;
  };

  /** True when a row of these values at these places came before. */
  return (values: readonly string[], places: Iterable<number>): boolean => {
    let high = 0x811c9dc5;
    let low = 0x9e3779b9;
    for (const place of places) {
      const value = values[place] ?? '';
      for (let i = 0; i < value.length; i++) {
        const code = value.charCodeAt(i);
        high = Math.imul(high ^ code, 0x01000193);
        low = Math.imul(low ^ code, 0x85ebca6b);
        low ^= low >>> 13;
      }
      high = Math.imul(high ^ 0xffff, 0x01000193);
      low = Math.imul(low ^ 0xffff, 0xc2b2ae35);
    }
    low ^= low >>> 16;
    if (!insert(slots, high >>> 0 || 1, low >>> 0)) return true;
    if (++count > slots.length / 4) grow();
    return false;
  };
};
