import { fromUtf8, toUtf8 } from '../../utf8.ts';
import type { CostEntry, CostLabels } from '../entry.ts';

/**
 * Entries as columns: the labels of a row by number, since a month of one fleet repeats a few hundred sets of them. Read so,
 * a sum over a year by any dimension looks at each set once and at each row's numbers only.
 */
export interface LedgerTable {
  /** What the entries were made from; another fingerprint means that they are to be made anew. */
  fingerprint: string;
  labels: CostLabels[];
  startMs: number[];
  /** Index into `labels`. */
  labelsOf: number[];
  quantity: number[];
  /** null = no price is known. */
  cost: (number | null)[];
  /** Of a bill, at list price; null where the bill does not say. */
  listCost: (number | null)[];
  /** Of a bill, with what was paid up front spread over its use; null = as `cost`; absent = all are. */
  effectiveCost?: (number | null)[];
  currency: string[];
  /** Index into `currency`; absent = all are in the ledger's currency. */
  currencyOf?: number[];
  /** What is missing, by row, where there is no price. */
  missing: Record<number, string>;
}

export const LEDGER_CURRENCY = 'USD';

const emptyTable = (fingerprint: string): LedgerTable => ({
  fingerprint,
  labels: [],
  startMs: [],
  labelsOf: [],
  quantity: [],
  cost: [],
  listCost: [],
  currency: [LEDGER_CURRENCY],
  missing: {},
});

/** A table of entries. Those of equal start, labels and currency become one. */
export const tableOf = (entries: Iterable<CostEntry>, fingerprint = ''): LedgerTable => {
  const table = emptyTable(fingerprint);
  const sets = new Map<string, number>();
  /** Who makes many entries gives equal labels as one object. */
  const byObject = new Map<CostLabels, number>();
  const rows = new Map<string, number>();
  const currencyOf: number[] = [];
  const effectiveCosts: (number | null)[] = [];
  for (const entry of entries) {
    const { startMs, labels, quantity, cost, listCost, effectiveCost, currency = LEDGER_CURRENCY, missing } = entry;
    const set = byObject.get(labels) ?? indexOf(sets, keyOf(labels), () => table.labels.push({ ...labels }) - 1);
    byObject.set(labels, set);
    let money = table.currency.indexOf(currency);
    if (money < 0) money = table.currency.push(currency) - 1;
    // Where some know an amount and others do not they stay apart: a sum of both would be no amount at all.
    const key = `${startMs} ${set} ${money} ${cost === null} ${listCost === undefined} ${effectiveCost === undefined}`;
    const row = rows.get(key);
    if (row !== undefined) {
      table.quantity[row]! += quantity;
      if (cost !== null) table.cost[row]! += cost;
      if (listCost !== undefined) table.listCost[row]! += listCost;
      if (effectiveCost !== undefined) effectiveCosts[row]! += effectiveCost;
      continue;
    }
    const next = table.startMs.push(startMs) - 1;
    rows.set(key, next);
    table.labelsOf.push(set);
    table.quantity.push(quantity);
    table.cost.push(cost);
    table.listCost.push(listCost ?? null);
    effectiveCosts.push(effectiveCost ?? null);
    currencyOf.push(money);
    if (missing !== undefined) table.missing[next] = missing;
  }
  return {
    ...table,
    ...(table.currency.length > 1 && { currencyOf }),
    ...(effectiveCosts.some((cost) => cost !== null) && { effectiveCost: effectiveCosts }),
  };
};

/** The entries of a table, in order. */
export const entriesOf = function* (table: LedgerTable): Generator<CostEntry> {
  for (let row = 0; row < table.startMs.length; row++) yield entryAt(table, row);
};

const entryAt = (table: LedgerTable, row: number): CostEntry => {
  const listCost = table.listCost[row];
  const effectiveCost = table.effectiveCost?.[row];
  const missing = table.missing[row];
  const currency = table.currency[table.currencyOf?.[row] ?? 0]!;
  return {
    startMs: table.startMs[row]!,
    labels: table.labels[table.labelsOf[row]!]!,
    quantity: table.quantity[row]!,
    cost: table.cost[row]!,
    ...(listCost === null || listCost === undefined ? {} : { listCost }),
    ...(effectiveCost === null || effectiveCost === undefined ? {} : { effectiveCost }),
    ...(currency === LEDGER_CURRENCY ? {} : { currency }),
    ...(missing === undefined ? {} : { missing }),
  };
};

export const encodeTable = (table: LedgerTable): Uint8Array => toUtf8(JSON.stringify(table));

export const decodeTable = (bytes: Uint8Array): LedgerTable => JSON.parse(fromUtf8(bytes)) as LedgerTable;

const keyOf = (labels: CostLabels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

const indexOf = (map: Map<string, number>, key: string, add: () => number): number => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const index = add();
  map.set(key, index);
  return index;
};
