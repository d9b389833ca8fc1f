import type { UsageLine } from './cells.ts';
import { fitLevels, type Level, type PricePoint } from './levels.ts';
import { type Discount, likelyList, type PriceLevels, splitLevels } from './prices.ts';
import { likeliest } from './rounding.ts';
import type { UsageDay } from './series.ts';
import type { Move } from './timing.ts';
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

/**
 * What the bill's prices are of the estimate's: by its list prices where it says them, else by how prices change in time.
 *
 * @param known discounts that other usage of the service has, best known first
 */
export const priceLevels = (
  days: readonly UsageDay[],
  usage: AlignedUsage,
  steps: Steps,
  known: readonly Discount[],
): DayLevels[] => {
  const price = usage.unitPrice;
  if (!hasList(days)) {
    const levels = fitOnOwnDays(days, usage, price, COST, steps.cost);
    const split = splitLevels({ levels, price, isCommitted: committedDays(days), known });
    return split.map((of, i) => ({ ...of, slack: levels[i]!.slack }));
  }
  const list = listLevels(days, usage, steps);
  const paid = paidOfList(days, usage, list, steps);
  return paid.map((level, i) => ({ list: list[i]!, paid: likeliest(level, known), slack: level.slack }));
};

/** What is paid of list prices, each as exact as this usage tells. */
export const discountsOf = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): Discount[] => {
  const levels = hasList(days)
    ? paidOfList(days, usage, listLevels(days, usage, steps), steps)
    : fitOnOwnDays(days, usage, usage.unitPrice, COST, steps.cost).filter(({ stretch }) => stretch === 0);
  return levels
    .filter(({ stretch, high }, i) => high < 1 && stretch !== levels[i - 1]?.stretch)
    .map(({ low, high }) => ({ low, high, value: likeliest({ low, high }) }));
};

const hasList = (days: readonly UsageDay[]): boolean =>
  days.every(({ list, lines }) => list !== undefined || lines.length === 0);

const listLevels = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): number[] =>
  fitOnOwnDays(days, usage, usage.unitPrice, LIST, steps.listCost).map((level, i) =>
    likelyList(level, usage.unitPrice[i]!),
  );

const paidOfList = (days: readonly UsageDay[], usage: AlignedUsage, list: readonly number[], steps: Steps): Level[] =>
  fitOnOwnDays(
    days,
    usage,
    usage.unitPrice.map((price, i) => price * list[i]!),
    COST,
    steps.cost,
  );

/** Was most of a day paid by a commitment? A day without lines is like the one before. */
const committedDays = (days: readonly UsageDay[]): boolean[] => {
  let last = false;
  return days.map(({ lines }) => {
    if (lines.length > 0) last = lines.filter((line) => line.isCommitted).length * 2 > lines.length;
    return last;
  });
};

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
  const late = usage.timing.moves.map((move) => {
    const x = move.amount * price[move.own]!;
    return { ...move, x, y: x * levelOfLate(move, x, points, others) };
  });
  const adjusted = points.map((point, i) => {
    const there = late.filter(({ billed }) => billed === i);
    if (there.length > 0) return without(point, there);
    const away = late.filter(({ own }) => own === i);
    return point.x > 0 || away.length === 0 ? point : { ...point, ...sumOf(away) };
  });
  return fitLevels(adjusted, step);
};

/**
 * The level of usage that is billed on another day: its day's own where that has some bill left; else that of the days before
 * it or of those after, whichever leaves the other day with a level like that of the days after it.
 */
const levelOfLate = (
  { own, billed }: Move,
  x: number,
  points: readonly PricePoint[],
  others: readonly Level[],
): number => {
  const before = others[own]!.value;
  const next = points.findIndex((point, i) => i > Math.max(own, billed) && point.x > 0);
  const after = others[next]?.value ?? before;
  const there = points[billed]!;
  if (points[own]!.x > 0 || there.x - x <= there.x * LEAST_OWN) return before;
  const distance = (level: number) => Math.abs((there.y - x * level) / (there.x - x) - after);
  return distance(after) < distance(before) ? after : before;
};

const without = (point: PricePoint, late: readonly { x: number; y: number }[]): PricePoint => {
  const { x, y } = sumOf(late);
  const isMostlyOwn = point.x - x > point.x * LEAST_OWN;
  return { ...point, x: isMostlyOwn ? point.x - x : 0, y: Math.max(0, point.y - y), lines: [] };
};

const sumOf = (late: readonly { x: number; y: number }[]): { x: number; y: number } =>
  late.reduce((sum, { x, y }) => ({ x: sum.x + x, y: sum.y + y }), { x: 0, y: 0 });

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
  const hasLines = amounts.every(({ y }) => y !== undefined && y >= 0);
  return {
    x: usage.billed[i]! * price,
    y: ofDay(day),
    lines: hasLines ? amounts.map(({ x, y }) => ({ x, y: y ?? 0 })) : [],
    lineCount: day.lines.length,
  };
};
