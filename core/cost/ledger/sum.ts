import { type Filter, matches } from '../../query/filter.ts';
import type { Grid } from '../../query/time.ts';
import type { Amount, CostDimension, CostLabels } from '../entry.ts';
import type { LedgerTable } from './table.ts';

export interface CostSums {
  /** A currency of its own for each group: dollars and euros are never summed. */
  currency: string;
  labels: Partial<Record<CostDimension, string>>;
  /** By bucket; null = nothing is known of this group and nothing has a price there. */
  costs: (number | null)[];
  listCosts: (number | null)[];
  /** Over all buckets; null = nothing has a price. */
  total: number | null;
}

/** Something that was used and has no price. */
export interface Unpriced {
  labels: CostLabels;
  missing: string;
  quantity: number;
}

export interface CostQuestion {
  grid: Grid;
  groupBy: readonly CostDimension[];
  filters: readonly Filter[];
  /** @default billed */
  amount?: Amount;
}

/**
 * Sums tables of the ledger by group and bucket. The groups of any `groupBy` sum to the same total: every row is in exactly
 * one. A bucket of which the ledger has entries is 0 for a group that has none there; one without any is null for all.
 */
export const sumCosts = (
  tables: readonly LedgerTable[],
  { grid, groupBy, filters, amount = 'billed' }: CostQuestion,
): { groups: CostSums[]; unpriced: Unpriced[] } => {
  const groups = new Map<string, CostSums>();
  const unpriced = new Map<string, Unpriced>();
  const isKnown = new Array<boolean>(grid.starts.length).fill(false);
  const holds = (labels: CostLabels) =>
    filters.every((filter) => matches(filter, labels[filter.name as CostDimension] ?? ''));

  for (const table of tables) {
    const isAsked = table.labels.map(holds);
    const groupsOf = table.currency.map(() => new Array<CostSums | undefined>(table.labels.length));
    for (let row = 0; row < table.startMs.length; row++) {
      const startMs = table.startMs[row]!;
      if (startMs < grid.fromMs || startMs >= grid.toMs) continue;
      const bucket = grid.indexOf(startMs);
      isKnown[bucket] = true;
      const set = table.labelsOf[row]!;
      if (!isAsked[set]) continue;
      const cost = amountOf(table, row, amount);
      if (cost === null) {
        const what = { labels: table.labels[set]!, missing: table.missing[row] ?? 'no price', quantity: 0 };
        const key = `${what.missing}\u001f${what.labels.deployment ?? ''}\u001f${what.labels.item ?? ''}`;
        const known = unpriced.get(key) ?? what;
        unpriced.set(key, { ...known, quantity: known.quantity + table.quantity[row]! });
      }
      const money = table.currencyOf?.[row] ?? 0;
      const known = groupsOf[money]![set];
      const group = known ?? groupOf(groups, table.labels[set]!, table.currency[money]!, groupBy, grid);
      groupsOf[money]![set] = group;
      if (cost === null) continue;
      group.costs[bucket] = (group.costs[bucket] ?? 0) + cost;
      group.listCosts[bucket] = (group.listCosts[bucket] ?? 0) + (table.listCost[row] ?? cost);
      group.total = (group.total ?? 0) + cost;
    }
  }
  for (const group of groups.values())
    if (group.costs.some((cost) => cost !== null))
      for (const [bucket, known] of isKnown.entries()) if (known) group.costs[bucket] ??= 0;
  return { groups: [...groups.values()], unpriced: [...unpriced.values()] };
};

/** A bill that says no list price of something is taken to have charged it. */
const amountOf = ({ cost, listCost, effectiveCost }: LedgerTable, row: number, amount: Amount): number | null => {
  if (amount === 'effective') return effectiveCost?.[row] ?? cost[row]!;
  return amount === 'list' ? (listCost[row] ?? cost[row]!) : cost[row]!;
};

const groupOf = (
  groups: Map<string, CostSums>,
  all: CostLabels,
  currency: string,
  groupBy: readonly CostDimension[],
  grid: Grid,
): CostSums => {
  const labels = Object.fromEntries(groupBy.map((name) => [name, all[name] ?? '']));
  const key = JSON.stringify([currency, ...Object.values(labels)]);
  const known = groups.get(key);
  if (known) return known;
  const empty = () => new Array<number | null>(grid.starts.length).fill(null);
  const group: CostSums = { currency, labels, costs: empty(), listCosts: empty(), total: null };
  groups.set(key, group);
  return group;
};
