import { median, SIGMA_OF_MAD } from './median.ts';
import { type Range, ROUNDINGS } from './rounding.ts';

/** What was paid on a day for what would cost `x`: the level is y / x. */
export interface PricePoint {
  x: number;
  y: number;
  /** The bill's lines, where they are all of the same day and price; else empty. */
  lines: readonly { x: number; y: number }[];
  /** How many amounts were rounded for y. */
  lineCount: number;
}

export interface Level extends Range {
  /** In the middle of what it can be, both ends included. */
  value: number;
  /** Which stretch of equal prices a day is in, from 0. */
  stretch: number;
  /** Units of the last place that each line may be off by its rounding. */
  slack: number;
}

/** Prices that differ by less are one price. */
const LEAST_CHANGE = 0.002;
const SIGMAS = 5;

/**
 * The level of prices on each day: constant between changes, each as exact as the lines of its days allow. Days without
 * usage have that of the day before, or of the first after them. Without any usage: 1.
 *
 * @param step that amounts were rounded to, 0 = not rounded
 */
export const fitLevels = (points: readonly PricePoint[], step: number): Level[] => {
  const used = points.flatMap((point, i) => (point.x > 0 && point.y >= 0 ? [{ ...point, i }] : []));
  const stretches = used.length === 0 ? [] : stretchesOf(used, step);
  const levels = stretches.map((of, stretch) => ({ first: of[0]!.i, level: { ...levelOf(of, step), stretch } }));
  let at = 0;
  return points.map((_, i) => {
    while (levels[at + 1] && levels[at + 1]!.first <= i) at++;
    return levels[at]?.level ?? NO_USAGE;
  });
};

const NO_USAGE: Level = { value: 1, low: 1, high: 1, stretch: 0, slack: ROUNDINGS[0].most };

/** Splits where two sides differ most, as long as that is more than noise. */
const stretchesOf = <T extends PricePoint>(points: readonly T[], step: number): T[][] => {
  const ratios = points.map(({ x, y }) => y / x);
  const jumps = ratios.slice(1).map((ratio, i) => Math.abs(ratio - ratios[i]!));
  const sigma = (SIGMA_OF_MAD * (median(jumps) ?? 0)) / Math.SQRT2;
  const split = (from: number, to: number): T[][] => {
    const at = bestSplit(points, from, to);
    if (at === undefined || !isChange(points.slice(from, at), points.slice(at, to), sigma, step))
      return [points.slice(from, to)];
    return [...split(from, at), ...split(at, to)];
  };
  return split(0, points.length);
};

const bestSplit = (points: readonly PricePoint[], from: number, to: number): number | undefined => {
  const all = totals(points.slice(from, to));
  let [x, y, best, bestGain] = [0, 0, undefined as number | undefined, 0];
  for (let at = from + 1; at < to; at++) {
    x += points[at - 1]!.x;
    y += points[at - 1]!.y;
    const [restX, restY] = [all.x - x, all.y - y];
    const gain = ((x * restX) / all.x) * (y / x - restY / restX) ** 2;
    if (gain > bestGain) [best, bestGain] = [at, gain];
  }
  return best;
};

const isChange = (
  before: readonly PricePoint[],
  after: readonly PricePoint[],
  sigma: number,
  step: number,
): boolean => {
  const [a, b] = [totals(before), totals(after)];
  const noise = SIGMAS * sigma * Math.sqrt(1 / before.length + 1 / after.length);
  const rounding = step * (Math.sqrt(a.lineCount) / a.x + Math.sqrt(b.lineCount) / b.x);
  const [levelA, levelB] = [a.y / a.x, b.y / b.x];
  return Math.abs(levelA - levelB) > Math.max(LEAST_CHANGE * Math.max(levelA, levelB), noise, rounding);
};

const totals = (points: readonly PricePoint[]) =>
  points.reduce((sum, { x, y, lineCount }) => ({ x: sum.x + x, y: sum.y + y, lineCount: sum.lineCount + lineCount }), {
    x: 0,
    y: 0,
    lineCount: 0,
  });

/** The levels that every line, before it was rounded, agrees with; where there are none, those around the mean. */
const levelOf = (points: readonly PricePoint[], step: number): Omit<Level, 'stretch'> => {
  const { x, y, lineCount } = totals(points);
  const lines = points.flatMap((point) => point.lines).filter((line) => line.x > 0);
  for (const { from, to, most } of lines.length > 0 ? ROUNDINGS : []) {
    const low = greatest(lines, (line) => (line.y + from * step) / line.x - dust(line));
    const high = -greatest(lines, (line) => -(line.y + to * step) / line.x - dust(line));
    if (low <= high) return { value: (low + high) / 2, low, high, slack: most };
  }
  const error = (step * Math.sqrt(lineCount)) / x; // three standard deviations and more of so many roundings
  return { value: y / x, low: y / x - error, high: y / x + error, slack: ROUNDINGS[0].most };
};

/** Of arithmetic with binary fractions. */
const dust = ({ x, y }: { x: number; y: number }): number => (y / x) * 1e-11;

const greatest = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((most, item) => Math.max(most, of(item)), Number.NEGATIVE_INFINITY);
