import type { CostDimension, CostLabels } from './entry.ts';
import { labelsOf } from './scope.ts';

/** One thing that cost money in a period: a key, how much of it in which unit, and the dollars; null = no price is known. */
export interface CostComponent {
  key: string;
  labels: CostLabels;
  /** Quantities of one unit can be added up: prices, volumes and mixes are compared among them only. */
  unit: string;
  quantity: number;
  cost: number | null;
}

/**
 * What a change consists of, dollars. `price`: the same at another price; `volume`: more or less of it at the average price;
 * `mix`: a shift towards what is dearer or cheaper than the average; `appeared`, `vanished`: was not, or is no longer, there;
 * `other`: what has no quantity to divide by (fees, credits, taxes).
 */
export const EFFECTS = ['price', 'volume', 'mix', 'appeared', 'vanished', 'other'] as const;
export type Effect = (typeof EFFECTS)[number];
export type Parts = Readonly<Record<Effect, number>>;

export interface Change {
  before: number;
  after: number;
  change: number;
  parts: Parts;
  /** The part that moved the most dollars in the direction of the change. */
  main: Effect;
}

export interface ComponentChange extends Change {
  key: string;
  labels: CostLabels;
  unit: string;
  quantity: { before: number; after: number };
}

/** What has no price in one of the periods: it is in no total. */
export interface Unpriced {
  key: string;
  labels: CostLabels;
  unit: string;
  quantity: { before: number; after: number };
  /** What it cost where a price is known, dollars; left out of the totals where the other period's is not. */
  known: { before: number | null; after: number | null };
}

export interface Decomposition extends Change {
  /** Ranked: the most dollars first, whichever way they went; then by key. */
  components: ComponentChange[];
  unpriced: Unpriced[];
}

/**
 * Price–volume–mix decomposition of a cost change. For component i of a unit, with p = cost / quantity, and P̄0 = the average
 * price before of those components that are there in both periods:
 *
 *     price_i = (p1 − p0) · q1      volume_i = (q1 − q0) · P̄0      mix_i = (q1 − q0) · (p0 − P̄0)
 *
 * They add up to c1 − c0 for every component, so to the change for every grouping of components, but for rounding (1e-12
 * of what was added up). Summed over a unit, `volume` is the change of the total quantity at the average price and `mix` what
 * shares moved, as in the usual three-way variance (sales volume split into quantity and mix variance: Horngren, Datar and
 * Rajan, Cost Accounting, chapter "Flexible budgets, … sales-mix variance"), current-quantity weights for price.
 * Components of one key and unit are added up first. No component, or all of them the same, is a change of 0.
 */
export const decompose = (before: readonly CostComponent[], after: readonly CostComponent[]): Decomposition => {
  const pairs = pairsOf(before, after);
  const priced = pairs.filter((pair) => !isUnknown(pair));
  const averages = averagePrices(priced);
  const components = priced.map((pair) => componentChange(pair, averages.get(pair.unit) ?? 0)).toSorted(byDollars);
  return { ...total(components), components, unpriced: pairs.flatMap(unpricedOf) };
};

/** A change by some dimensions: parts of the components that have the same of them, ranked as components are. */
export const changeBy = (
  { components }: Pick<Decomposition, 'components'>,
  dimensions: readonly CostDimension[],
): (Change & { labels: CostLabels })[] => {
  const groups = new Map<string, { labels: CostLabels; changes: ComponentChange[] }>();
  for (const component of components) {
    const labels = labelsOf(component.labels, dimensions);
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group) group.changes.push(component);
    else groups.set(key, { labels, changes: [component] });
  }
  return [...groups.values()]
    .map(({ labels, changes }) => ({ labels, ...total(changes) }))
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
};

interface Side {
  quantity: number;
  /** Of what has a price; null = nothing of it has. */
  cost: number | null;
  unpricedQuantity: number;
  isThere: boolean;
}
interface Pair {
  key: string;
  labels: CostLabels;
  unit: string;
  before: Side;
  after: Side;
}

const nothing: Side = { quantity: 0, cost: null, unpricedQuantity: 0, isThere: false };

const pairsOf = (before: readonly CostComponent[], after: readonly CostComponent[]): Pair[] => {
  const pairs = new Map<string, Pair>();
  const add = (side: 'before' | 'after') => (component: CostComponent) => {
    const { key, labels, unit, quantity, cost } = component;
    const id = JSON.stringify([key, unit]);
    const pair = pairs.get(id) ?? { key, labels, unit, before: nothing, after: nothing };
    pairs.set(id, { ...pair, [side]: withMore(pair[side], quantity, cost) });
  };
  before.forEach(add('before'));
  after.forEach(add('after'));
  return [...pairs.values()];
};

const withMore = (side: Side, quantity: number, cost: number | null): Side =>
  cost === null
    ? { ...side, isThere: true, unpricedQuantity: side.unpricedQuantity + quantity }
    : { ...side, isThere: true, quantity: side.quantity + quantity, cost: (side.cost ?? 0) + cost };

/** There, and no price for any of it: what it became, or was, cannot be said. */
const isUnknown = ({ before, after }: Pair): boolean =>
  [before, after].some(({ isThere, cost }) => isThere && cost === null);

const unpricedOf = (pair: Pair): Unpriced[] => {
  const { key, labels, unit, before, after } = pair;
  if (!isUnknown(pair) && before.unpricedQuantity === 0 && after.unpricedQuantity === 0) return [];
  const quantity = { before: before.unpricedQuantity, after: after.unpricedQuantity };
  return [{ key, labels, unit, quantity, known: { before: before.cost, after: after.cost } }];
};

/** Less is no quantity: what is divided by it overflows. */
const LEAST_QUANTITY = 1e-12;

/** Of which both periods have a quantity of the same sign: only then is there a price to compare. */
const goesOn = ({ before, after }: Pair): boolean =>
  Math.min(Math.abs(before.quantity), Math.abs(after.quantity)) >= LEAST_QUANTITY &&
  before.quantity > 0 === after.quantity > 0;

const averagePrices = (pairs: readonly Pair[]): Map<string, number> => {
  const sums = new Map<string, { cost: number; quantity: number }>();
  for (const { unit, before } of pairs.filter(goesOn)) {
    const { cost, quantity } = sums.get(unit) ?? { cost: 0, quantity: 0 };
    sums.set(unit, { cost: cost + (before.cost ?? 0), quantity: quantity + before.quantity });
  }
  return new Map(
    [...sums].map(([unit, { cost, quantity }]) => [unit, quantity >= LEAST_QUANTITY ? cost / quantity : 0]),
  );
};

const NONE: Parts = { price: 0, volume: 0, mix: 0, appeared: 0, vanished: 0, other: 0 };

const componentChange = (pair: Pair, averagePrice: number): ComponentChange => {
  const { key, labels, unit, before, after } = pair;
  const [c0, c1] = [before.cost ?? 0, after.cost ?? 0];
  const quantity = { before: before.quantity, after: after.quantity };
  return { key, labels, unit, quantity, ...changeOf(c0, c1, partsOf(pair, averagePrice)) };
};

const partsOf = (pair: Pair, averagePrice: number): Parts => {
  const { before, after } = pair;
  const [c0, c1] = [before.cost ?? 0, after.cost ?? 0];
  if (!before.isThere) return { ...NONE, appeared: c1 };
  if (!after.isThere) return { ...NONE, vanished: -c0 };
  if (!goesOn(pair)) return { ...NONE, other: c1 - c0 };
  const p0 = c0 / before.quantity;
  const more = after.quantity - before.quantity;
  return { ...NONE, price: c1 - p0 * after.quantity, volume: more * averagePrice, mix: more * (p0 - averagePrice) };
};

const changeOf = (before: number, after: number, parts: Parts): Change => {
  const change = after - before;
  const direction = change < 0 ? -1 : 1;
  const main = EFFECTS.reduce((best, effect) => (parts[effect] * direction > parts[best] * direction ? effect : best));
  return { before, after, change, parts, main };
};

const total = (changes: readonly Change[]): Change => {
  const sum = (of: (change: Change) => number) => changes.reduce((all, change) => all + of(change), 0);
  const parts = Object.fromEntries(EFFECTS.map((effect) => [effect, sum((change) => change.parts[effect])]));
  return changeOf(
    sum(({ before }) => before),
    sum(({ after }) => after),
    parts as unknown as Parts,
  );
};

const byDollars = (a: ComponentChange, b: ComponentChange): number =>
  Math.abs(b.change) - Math.abs(a.change) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
