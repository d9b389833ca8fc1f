import { dayOf, type LedgerEntry } from './cells.ts';
import type { GapDay } from './gapDay.ts';
import { addParts, noParts, type Part } from './parts.ts';

/** Entries without a category are of usage. */
export const isUsage = ({ labels }: LedgerEntry): boolean =>
  (labels.chargeCategory ?? 'usage').toLowerCase() === 'usage';

/** Categories of charges (FOCUS, CUR) that are not usage, as parts. */
const CHARGES: readonly (readonly [RegExp, Part])[] = [
  [/tax/i, 'tax'],
  [/credit|refund/i, 'credit'],
  [/discount/i, 'discount'],
  [/purchase|fee/i, 'purchase'],
];

/** A line of the bill that is not usage: all of it is what its category says. */
export const chargeOf = ({ labels, startMs, cost }: LedgerEntry): GapDay => {
  const part = CHARGES.find(([form]) => form.test(labels.chargeCategory ?? ''))?.[1] ?? 'adjustment';
  const billed = cost ?? 0;
  const parts = addParts(noParts(), { [part]: billed });
  return { day: dayOf(startMs), estimated: 0, billed, matched: 0, metered: 0, parts };
};
