import { isMultiple, stepOf } from './rounding.ts';
import type { UsageDay } from './series.ts';
import { findTiming, lateAmounts, type Timing } from './timing.ts';

/** Usage of a match by day, both sides in one unit, what was billed on another day put back to its own. */
export interface AlignedUsage {
  /** Metered, and what of it has a price. */
  metered: number[];
  priced: number[];
  /** On the bill as it is, and as it would be with each day's usage on its day. */
  billed: number[];
  onItsDay: number[];
  /** The estimate's price of one unit; NaN where it has none on any day. */
  unitPrice: number[];
  timing: Timing;
}

/** Do both sides say how much it was, not only what it cost? */
export const isCounted = (days: readonly UsageDay[]): boolean =>
  days.some(({ quantity }) => quantity > 0) && days.some(({ billedQuantity }) => billedQuantity > 0);

export const alignUsage = (days: readonly UsageDay[]): AlignedUsage => {
  const metered = days.map((day) => day.quantity);
  const billed = days.map((day) => day.billedQuantity);
  const timing = findTiming(metered, billed);
  const late = lateAmounts(timing, days.length, () => 1);
  return {
    metered,
    priced: days.map((day) => day.pricedQuantity),
    billed,
    onItsDay: billed.map((amount, i) => amount - late[i]!),
    unitPrice: carried(days.map((day) => (day.pricedQuantity > 0 ? day.estimated / day.pricedQuantity : Number.NaN))),
    timing,
  };
};

/** Where there is none: that of the day before; before the first, the first. */
const carried = (values: readonly number[]): number[] => {
  let last = values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  return values.map((value) => (last = Number.isNaN(value) ? last : value));
};

/** A bill that counts in whole hours is off by so many of them at most; beyond this share of the usage it says nothing. */
const MOST_SHARE = 0.02;
const SIGMAS = 3;

/**
 * Does the bill count what telemetry does, in whole units? Then what it counts more or less is its rounding: no day is off
 * by more than half a unit a line (a whole one where it rounds up), and on average by nothing (half a unit).
 */
export const isRoundedUsage = (days: readonly UsageDay[], usage: AlignedUsage): boolean => {
  if (usage.timing.moves.length > 0) return false;
  const lines = days.flatMap((day) => day.lines);
  const step = stepOf(lines.map(({ quantity }) => quantity));
  const billed = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const isExact = usage.metered.every((amount) => isMultiple(amount, 1 / step));
  if (step === 0 || isExact || step * lines.length > 2 * MOST_SHARE * billed) return false;
  const off = usage.onItsDay.map((amount, i) => amount - usage.metered[i]!);
  const spread = SIGMAS * Math.sqrt(lines.length / 12) * step;
  const mean = off.reduce((sum, amount) => sum + amount, 0);
  const fits = (from: number, to: number) =>
    off.every(
      (amount, i) => amount >= from * step * days[i]!.lines.length && amount <= to * step * days[i]!.lines.length,
    ) && Math.abs(mean - ((from + to) / 2) * step * lines.length) <= spread;
  return fits(-0.5, 0.5) || fits(0, 1);
};
