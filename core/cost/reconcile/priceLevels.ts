import type { UsageLine } from './cells.ts';
import { fitLevels, type Level, type PricePoint } from './levels.ts';
import { type KnownRates, likelyList, type PriceLevels, splitLevels } from './prices.ts';
import { likeliest, type Rate } from './roundest.ts';
import type { Range } from './rounding.ts';
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

/** What one match tells of rates, given what is known of them from all. */
export interface PriceReader {
  /** What is paid of list prices, each as exact as this usage tells. */
  discounts: (known: KnownRates) => Rate[];
  /** New list prices, over the estimate's. */
  lists: (known: KnownRates) => Rate[];
  levels: (known: KnownRates) => DayLevels[];
}

/** What the bill's prices are of the estimate's: by its list prices where it says them, else by how prices change in time. */
export const readPrices = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): PriceReader => {
  const hasList = days.every(({ list, lines }) => list !== undefined || lines.length === 0);
  return hasList ? readListed(days, usage, steps) : readUnlisted(days, usage, steps);
};

const readUnlisted = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): PriceReader => {
  const price = usage.unitPrice;
  const isCommitted = committedDays(days);
  const levels = fitOnOwnDays(days, usage, price, COST, steps.cost);
  const split = (known: KnownRates) => splitLevels({ levels, price, isCommitted, known });
  return {
    discounts: () => ratesOf(levels.filter(({ stretch }) => stretch === 0)).filter(({ high }) => high < 1),
    lists: (known) => {
      const found = split(known);
      return firstDays(levels)
        .map((i) => rate(levels[i]!, found[i]!.paid, found[i]!.list))
        .filter(({ value }) => value !== 1);
    },
    levels: (known) => split(known).map((of, i) => ({ ...of, slack: levels[i]!.slack })),
  };
};

const readListed = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): PriceReader => {
  const price = usage.unitPrice;
  const listed = fitOnOwnDays(days, usage, price, LIST, steps.listCost);
  const paid = fitOnOwnDays(days, usage, price, COST, steps.cost);
  const rangesOf = ({ discounts }: KnownRates) => listed.map((level, i) => narrowed(level, paid[i]!, discounts));
  const listsOf = (known: KnownRates) => rangesOf(known).map((range, i) => likelyList(range, price[i]!, known.lists));
  const paidOf = (list: readonly number[]) =>
    fitOnOwnDays(
      days,
      usage,
      price.map((one, i) => one * list[i]!),
      COST,
      steps.cost,
    );
  return {
    discounts: (known) => ratesOf(paidOf(listsOf(known))).filter(({ high }) => high < 1),
    lists: (known) => {
      const [ranges, found] = [rangesOf(known), listsOf(known)];
      return firstDays(listed)
        .map((i) => rate(ranges[i]!, 1, found[i]!))
        .filter(({ value }) => value !== 1);
    },
    levels: (known) => {
      const list = listsOf(known);
      return paidOf(list).map((level, i) => ({
        list: list[i]!,
        paid: likeliest(level, known.discounts),
        slack: level.slack,
      }));
    },
  };
};

/** What is paid tells of list prices too, once the discount is known. */
const narrowed = (list: Range, paid: Range, discounts: readonly Rate[]): Range => {
  for (const { low, high, value } of discounts) {
    if ((high - low) * list.high >= paid.high - paid.low) break;
    const both = { low: Math.max(list.low, paid.low / value), high: Math.min(list.high, paid.high / value) };
    if (both.low < both.high) return both;
  }
  return list;
};

/** The days on which levels begin. */
const firstDays = (levels: readonly Level[]): number[] =>
  levels.flatMap(({ stretch }, i) => (stretch === levels[i - 1]?.stretch ? [] : [i]));

const ratesOf = (levels: readonly Level[]): Rate[] =>
  firstDays(levels).map((i) => rate(levels[i]!, 1, likeliest(levels[i]!)));

const rate = ({ low, high }: Range, unit: number, value: number): Rate => ({
  low: low / unit,
  high: high / unit,
  value,
});

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
