import type { Cell, UsageLine } from './cells.ts';
import type { Match } from './match.ts';
import { median } from './median.ts';

/** Usage of one match on one day, on both sides. */
export interface UsageDay {
  day: number;
  /** Metered: all of it, and what of it has a price. */
  quantity: number;
  pricedQuantity: number;
  estimated: number;
  /** On the bill, in the estimate's units. */
  billedQuantity: number;
  billed: number;
  /** At list price; undefined where no line says it. */
  list: number | undefined;
  lines: readonly UsageLine[];
}

/** Every day from the first to the last that either side has, in order. */
export const seriesOf = ({ estimated, billed }: Match): UsageDay[] => {
  const metered = linesOf(estimated);
  const scale = scaleOf(metered, linesOf(billed));
  const lines = linesOf(billed).map((line) => ({ ...line, quantity: line.quantity * scale }));
  const span = [...metered, ...lines].reduce(
    ({ first, last }, { day }) => ({ first: Math.min(first, day), last: Math.max(last, day) }),
    { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
  );
  const [meteredOn, linesOn] = [byDay(metered), byDay(lines)];
  return Array.from({ length: Math.max(0, span.last - span.first + 1) }, (_, i) =>
    usageDay(span.first + i, meteredOn.get(span.first + i) ?? [], linesOn.get(span.first + i) ?? []),
  );
};

const linesOf = (cells: readonly Cell[]): UsageLine[] => cells.flatMap(({ lines }) => lines);

const byDay = (lines: readonly UsageLine[]): Map<number, UsageLine[]> => {
  const days = new Map<number, UsageLine[]>();
  for (const line of lines) {
    const there = days.get(line.day);
    if (there) there.push(line);
    else days.set(line.day, [line]);
  }
  return days;
};

const usageDay = (day: number, metered: readonly UsageLine[], lines: readonly UsageLine[]): UsageDay => {
  const priced = metered.filter(({ cost }) => cost !== null);
  return {
    day,
    quantity: sum(metered, quantityOf),
    pricedQuantity: sum(priced, quantityOf),
    estimated: sum(priced, costOf),
    billedQuantity: sum(lines, quantityOf),
    billed: sum(lines, costOf),
    list: listOf(lines),
    lines,
  };
};

/** Lines without a list price have that of the others. */
const listOf = (lines: readonly UsageLine[]): number | undefined => {
  const known = lines.filter(({ listCost }) => listCost !== undefined);
  if (known.length === 0) return undefined;
  const list = sum(known, ({ listCost }) => listCost ?? 0);
  const knownQuantity = sum(known, quantityOf);
  return known.length === lines.length || !(knownQuantity > 0) ? list : (list / knownQuantity) * sum(lines, quantityOf);
};

const quantityOf = ({ quantity }: UsageLine): number => quantity;
const costOf = ({ cost }: UsageLine): number => cost ?? 0;
const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** Units that a bill may count in without saying so: thousands, millions, minutes and seconds for hours. */
const SCALES = [1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9, 1 / 60, 1 / 3600, 60, 3600];

/**
 * How many of the estimate's units one of the bill's is. Told by the usual day: another unit is a quantity that is off by such
 * a factor while the dollars are not.
 */
const scaleOf = (metered: readonly UsageLine[], lines: readonly UsageLine[]): number => {
  const [ours, theirs] = [byDay(metered), byDay(lines)];
  const ratios = (of: (line: UsageLine) => number) =>
    [...theirs].flatMap(([day, billed]) => {
      const ratio = sum(ours.get(day) ?? [], of) / sum(billed, of);
      return ratio > 0 && Number.isFinite(ratio) ? [ratio] : [];
    });
  const quantityRatio = median(ratios(quantityOf));
  const costRatio = median(ratios(costOf));
  if (quantityRatio === undefined || (costRatio !== undefined && (costRatio < 0.25 || costRatio > 4))) return 1;
  const isNear = (scale: number) => scale / quantityRatio > 0.5 && scale / quantityRatio < 2;
  return isNear(1) ? 1 : (SCALES.find(isNear) ?? 1);
};
