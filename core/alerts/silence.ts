/** How regular a source must have been for its silence to mean something. */
export const REGULAR = { hours: 24, atLeast: 20 };

/**
 * Has a source gone silent that used to send?
 *
 * @param hours what it sent in each of the last closed hours, oldest first; null or 0 = nothing
 * @returns `sending`: the last hour has something; `silent`: it has not, though nearly every hour of the day before had,
 *   with the number of closed hours since; `irregular`: too little to say
 */
export const silenceOf = (
  hours: readonly (number | null)[],
): { kind: 'sending' } | { kind: 'silent'; hours: number } | { kind: 'irregular'; have: number; need: number } => {
  const sent = hours.map((value) => (value ?? 0) > 0);
  const last = sent.lastIndexOf(true);
  if (last >= 0 && last === sent.length - 1) return { kind: 'sending' };
  const have = sent.slice(Math.max(0, last + 1 - REGULAR.hours), last + 1).filter(Boolean).length;
  if (have < REGULAR.atLeast) return { kind: 'irregular', have, need: REGULAR.atLeast };
  return { kind: 'silent', hours: sent.length - 1 - last };
};
