import type { UsageLine } from './cells.ts';
import { fitLevels, type Level, type PricePoint } from './levels.ts';
import { type PriceLevels, splitLevels } from './prices.ts';
import type { UsageDay } from './series.ts';
import { lateDollars } from './timing.ts';
import type { AlignedUsage } from './usage.ts';

/** What the amounts of a bill were rounded to, 0 = not at all. */
export interface Steps {
  cost: number;
  listCost: number;
}

/** The levels of a day, and the units of the last place that each of its lines may be off by rounding. */
export interface DayLevels extends PriceLevels {
  slack: number;
}

/** What the bill's prices are of the estimate's: by its list prices where it says them, else by how prices change in time. */
export const priceLevels = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): DayLevels[] => {
  if (days.some(({ list, lines }) => list === undefined && lines.length > 0)) {
    const fitted = fitOnOwnDays(days, usage, usage.unitPrice, COST, steps.cost);
    const split = splitLevels(fitted, days.map(isCommitted));
    return split.map((levels, i) => ({ ...levels, slack: fitted[i]!.slack }));
  }
  const list = fitOnOwnDays(days, usage, usage.unitPrice, LIST, steps.listCost);
  const listPrice = usage.unitPrice.map((price, i) => price * list[i]!.value);
  const paid = fitOnOwnDays(days, usage, listPrice, COST, steps.cost);
  return paid.map(({ value, slack }, i) => ({ list: list[i]!.value, paid: value, slack }));
};

const isCommitted = ({ lines }: UsageDay): boolean =>
  lines.filter((line) => line.isCommitted).length * 2 > lines.length;

/** One of the bill's amounts, of a day and of a line. */
interface Amount {
  ofDay: (day: UsageDay) => number;
  ofLine: (line: UsageLine) => number | undefined;
}
const COST: Amount = { ofDay: ({ billed }) => billed, ofLine: ({ cost }) => cost ?? undefined };
const LIST: Amount = { ofDay: ({ list }) => list ?? 0, ofLine: ({ listCost }) => listCost };

/**
 * Levels of an amount over usage times price. A day that has another day's usage on its bill, perhaps at another price,
 * comes in once that is taken off.
 */
const fitOnOwnDays = (
  days: readonly UsageDay[],
  usage: AlignedUsage,
  price: readonly number[],
  amount: Amount,
  step: number,
): Level[] => {
  const points = days.map((day, i) => pointOf(day, i, usage, price[i]!, amount));
  const receivers = new Set(usage.timing.moves.map(({ billed }) => billed));
  if (receivers.size === 0) return fitLevels(points, step);
  const others = fitLevels(
    points.map((point, i) => (receivers.has(i) ? { ...point, x: 0 } : point)),
    step,
  );
  const lateX = lateDollars(usage.timing, days.length, (own) => price[own]!);
  const lateY = lateDollars(usage.timing, days.length, (own) => price[own]! * others[own]!.value);
  const isMostlyOwn = (i: number) => points[i]!.x - lateX[i]! > points[i]!.x * LEAST_OWN;
  const adjusted = points.map((point, i) =>
    receivers.has(i)
      ? { ...point, x: isMostlyOwn(i) ? point.x - lateX[i]! : 0, y: Math.max(0, point.y - lateY[i]!), lines: [] }
      : point,
  );
  return fitLevels(adjusted, step);
};

/** A day whose bill is nearly all of another day says nothing of its own prices. */
const LEAST_OWN = 0.05;

const pointOf = (
  day: UsageDay,
  i: number,
  usage: AlignedUsage,
  price: number,
  { ofDay, ofLine }: Amount,
): PricePoint => {
  const amounts = day.lines.map((line) => ({ x: line.quantity * price, y: ofLine(line) }));
  const hasLines = !usage.hasDollarsOnly && amounts.every(({ y }) => y !== undefined && y >= 0);
  return {
    // Dollars alone do not tell volume from price: what is left after late days counts as price.
    x: (usage.hasDollarsOnly ? (day.billed === 0 ? 0 : usage.metered[i]!) : usage.billed[i]!) * price,
    y: ofDay(day),
    lines: hasLines ? amounts.map(({ x, y }) => ({ x, y: y ?? 0 })) : [],
    lineCount: day.lines.length,
  };
};
