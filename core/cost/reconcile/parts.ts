/**
 * What the difference billed − estimated is made of. `q` is a quantity, `p` a unit price, E the estimate, B the bill (each
 * usage on its own day); L is the bill's list price over the estimate's price, D what is paid of the list price.
 * On one key and day: qB·pB − qE·pE = (qB − qE)·pE + qB·pE·(L − 1) + qB·pE·L·(D − 1) + rest.
 */
export const PARTS = {
  unpriced: { label: 'unpriced', meaning: 'metered, but no price is known; at what it costs on the bill' },
  unmetered: { label: 'unmetered', meaning: 'billed service, resource type or resource without any telemetry: qB·pB' },
  missingUsage: { label: 'missing usage', meaning: 'the bill counts more than telemetry does: (qB − qE)·pE' },
  unbilled: { label: 'unbilled', meaning: 'metered and not on the bill (or not yet), at most zero: (qB − qE)·pE' },
  priceChange: { label: 'price change', meaning: 'the list price is another than the estimate took: qB·pE·(L − 1)' },
  discount: { label: 'discount', meaning: 'billed below list: qB·pE·L·(D − 1)' },
  rounding: {
    label: 'rounding',
    meaning: 'what is left where it is within half a unit of the last place of each line',
  },
  timing: { label: 'timing', meaning: "a day's usage billed on a day beside it; nets out over the days" },
  tax: { label: 'tax', meaning: 'lines of taxes' },
  credit: { label: 'credit', meaning: 'lines of credits and refunds' },
  purchase: { label: 'purchases', meaning: 'lines of purchases: subscriptions, commitments paid up front' },
  adjustment: { label: 'adjustments', meaning: 'lines that correct earlier bills' },
  unexplained: { label: 'unexplained', meaning: 'the rest' },
} as const satisfies Record<string, { label: string; meaning: string }>;

export type Part = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as Part[];

/** US dollars by part; their sum is billed − estimated. */
export type Parts = Record<Part, number>;

const NO_PARTS = Object.fromEntries(PART_NAMES.map((name) => [name, 0])) as Parts;
export const noParts = (): Parts => ({ ...NO_PARTS });

/** A new object: the sum of all, part by part. */
export const addParts = (a: Parts, ...others: readonly Partial<Parts>[]): Parts => {
  const sum = { ...a };
  for (const other of others) for (const name in other) sum[name as Part] += other[name as Part] ?? 0;
  return sum;
};

export const sumOfParts = (parts: Parts): number => PART_NAMES.reduce((sum, name) => sum + parts[name], 0);
