/** A short text that is another where the given one is (FNV-1a, two of 32 bits): to notice a change, not to defend against anybody. */
export const fingerprintOf = (text: string): string => {
  let [high, low] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ (low >>> 7), 0x85ebca6b);
  }
  return (high >>> 0).toString(36) + (low >>> 0).toString(36);
};
