import { median, SIGMA_OF_MAD } from './median.ts';

/** Usage of day `own` that the bill has on day `billed`; both are indices of the days. */
export interface Move {
  own: number;
  billed: number;
  amount: number;
}

/** How usage lies in time: what was billed on another day, and the days whose usage the bill lacks. */
export interface Timing {
  moves: Move[];
  /** Indices of days with clearly less on the bill than elsewhere, and no day beside them that has it. */
  short: ReadonlySet<number>;
}

/** Late by this many days at most, a weekend and a holiday. */
const WINDOW = [1, -1, 2, -2, 3, -3];
/** Days on either side that tell what share of the bill telemetry usually sees. */
const AROUND = 7;
const FEWEST_AROUND = 3;
/** A day is out of line from this on, or from so many standard deviations of the others. */
const LEAST_SHARE = 0.02;
const MOST_SHARE = 0.5;
const SIGMAS = 6;

/**
 * Finds days that lack usage beside days that have as much too much. What counts is the ratio of bill to telemetry, compared
 * with the days around: neither growth nor weekends nor usage that telemetry always misses look like a late bill.
 *
 * @param metered usage by day, every day in order
 * @param billed the same of the bill, any factor apart
 */
export const findTiming = (metered: readonly number[], billed: readonly number[]): Timing => {
  const usual = usualRatios(metered, billed);
  const expected = metered.map((amount, i) => amount * usual[i]!);
  const deviations = expected.flatMap((amount, i) => (amount > 0 ? [Math.abs(billed[i]! / amount - 1)] : []));
  const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, SIGMAS * SIGMA_OF_MAD * (median(deviations) ?? 0)));
  const over = billed.map((amount, i) => amount - expected[i]!);
  const isOut = (i: number) => Math.abs(over[i]!) > share * expected[i]! && over[i] !== 0;

  const moves: Move[] = [];
  const surplus = over.map((amount, i) => (isOut(i) && amount > 0 ? amount : 0));
  const short = new Set<number>();
  for (const own of over.keys()) {
    if (!isOut(own) || over[own]! > 0) continue;
    let need = -over[own]!;
    for (const other of WINDOW.map((offset) => own + offset)) {
      const there = surplus[other] ?? 0;
      if (there <= 0 || need <= 0) continue;
      // What the other day has besides is its own, as on every day a little more or less than usual.
      const isWhole = Math.abs(there - need) <= share * (need + expected[other]!);
      const amount = isWhole ? need : Math.min(need, there);
      moves.push({ own, billed: other, amount });
      surplus[other] = isWhole ? 0 : there - amount;
      need -= amount;
    }
    if (need > share * expected[own]!) short.add(own);
  }
  return { moves, short };
};

/**
 * What is on the bill of a day but of another day's usage; negative on the day where it is missing.
 *
 * @param priceOf what a unit of usage of day `own` that is billed on day `billed` counts
 * @param length how many days there are
 */
export const lateAmounts = (
  { moves }: Timing,
  length: number,
  priceOf: (own: number, billed: number) => number,
): number[] => {
  const late = Array.from({ length }, () => 0);
  for (const { own, billed, amount } of moves) {
    const dollars = amount * priceOf(own, billed);
    late[own]! -= dollars;
    late[billed]! += dollars;
  }
  return late;
};

/**
 * What the bill counts for each unit of telemetry around a day, the day itself left out: before it or after it, whichever is
 * nearer, so that neither side of a lasting change is out of line.
 */
const usualRatios = (metered: readonly number[], billed: readonly number[]): number[] => {
  const ratios = metered.map((amount, i) => (amount > 0 ? billed[i]! / amount : Number.NaN));
  const [totalBilled, totalMetered] = [sum(billed), sum(metered)];
  const overall = totalBilled > 0 && totalMetered > 0 ? totalBilled / totalMetered : 1;
  return ratios.map((own, i) => {
    const sides = [ratios.slice(Math.max(0, i - AROUND), i), ratios.slice(i + 1, i + 1 + AROUND)];
    const usual = sides.flatMap((side) => {
      const known = side.filter((ratio) => !Number.isNaN(ratio));
      return known.length < FEWEST_AROUND ? [] : [median(known) ?? overall];
    });
    const distance = (ratio: number) => Math.abs(ratio - (Number.isNaN(own) ? overall : own));
    return usual.reduce((best, ratio) => (distance(ratio) < distance(best) ? ratio : best), usual[0] ?? overall);
  });
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
