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
  const metered = byDay(estimated);
  const lines = byDay(billed);
  const scale = scaleOf(metered, lines);
  const known = [...metered.keys(), ...lines.keys()];
  const first = known.reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY);
  const last = known.reduce((most, day) => Math.max(most, day), Number.NEGATIVE_INFINITY);
  const inOurUnits = (line: UsageLine): UsageLine =>
    scale === 1 ? line : { ...line, quantity: line.quantity * scale };
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    usageDay(first + i, metered.get(first + i) ?? [], (lines.get(first + i) ?? []).map(inOurUnits)),
  );
};

const byDay = (cells: readonly Cell[]): Map<number, UsageLine[]> => {
  const days = new Map<number, UsageLine[]>();
  for (const { lines } of cells) {
    for (const line of lines) {
      const there = days.get(line.day);
      if (there) there.push(line);
      else days.set(line.day, [line]);
    }
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
const scaleOf = (
  ours: ReadonlyMap<number, readonly UsageLine[]>,
  theirs: ReadonlyMap<number, readonly UsageLine[]>,
): number => {
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
