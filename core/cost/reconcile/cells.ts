import type { CostEntry, CostLabels } from '../entry.ts';
import {
  isCommitted,
  itemKey,
  modelKey,
  pricingKey,
  remembered,
  resourceKey,
  resourceTypeKey,
  unitOf,
  wordsOf,
} from './names.ts';

/** A line of a bill that says in which unit its quantity is, where its item does not. */
export type LedgerEntry = CostEntry & { unit?: string };

/** What estimates and bills are compared by within a service, those that are given up first, first. */
export const MATCH_DIMENSIONS = ['resource', 'pricing', 'account', 'model', 'region', 'resourceType', 'item'] as const;
export type MatchDimension = (typeof MATCH_DIMENSIONS)[number];

/** A value for each of them; '' = not known. */
export type CellKey = Record<MatchDimension, string>;

/** One line: usage of one entry, in units of ours. */
export interface UsageLine {
  day: number;
  quantity: number;
  cost: number | null;
  listCost: number | undefined;
  isCommitted: boolean;
}

/** All lines of one side with the same values. */
export interface Cell {
  key: CellKey;
  labels: CostLabels;
  lines: UsageLine[];
}

const DAY_MS = 86_400_000;
/** The day of a time, UTC, counted from the epoch. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
export const startOfDay = (day: number): number => day * DAY_MS;

const keyReader = (): ((labels: CostLabels) => CellKey) => {
  const read = {
    resource: remembered(resourceKey),
    pricing: remembered(pricingKey),
    model: remembered(modelKey),
    region: remembered((text) => (text ?? '').toLowerCase()),
    resourceType: remembered(resourceTypeKey),
    item: remembered(itemKey),
  };
  return (labels) => ({
    resource: read.resource(labels.resource),
    pricing: read.pricing(labels.pricing),
    account: labels.account ?? '',
    model: read.model(labels.model),
    region: read.region(labels.region),
    resourceType: read.resourceType(labels.resourceType),
    item: read.item(labels.item),
  });
};

/** Entries by the values that they are compared by. */
export const cellsOf = (entries: readonly LedgerEntry[]): Cell[] => {
  const cells = new Map<string, Cell>();
  const keyOf = keyReader();
  const scaleOf = remembered((text) => unitOf(text)?.scale ?? 1);
  for (const entry of entries) {
    const key = keyOf(entry.labels);
    const id = idOf(key);
    const line = lineOf(entry, scaleOf(entry.unit ?? entry.labels.item));
    const there = cells.get(id);
    if (there) there.lines.push(line);
    else cells.set(id, { key, labels: labelsOf(entry.labels), lines: [line] });
  }
  return [...cells.values()];
};

export const idOf = (key: CellKey, dimensions: readonly MatchDimension[] = MATCH_DIMENSIONS): string =>
  dimensions.reduce((id, name) => `${id}${key[name]}\u0000`, '');

const labelsOf = (labels: CostLabels): CostLabels =>
  Object.fromEntries(MATCH_DIMENSIONS.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));

const lineOf = ({ startMs, quantity, cost, listCost, labels }: LedgerEntry, scale: number): UsageLine => ({
  day: dayOf(startMs),
  quantity: (Number.isFinite(quantity) ? quantity : 0) * scale,
  cost,
  listCost,
  isCommitted: isCommitted(labels.pricing),
});

/**
 * The cells of a bill with names of the estimate's where they say the same: `Claude4Sonnet` becomes `claude-sonnet-4` when
 * that is the only model whose words it has.
 */
export const withNamesOf = (estimated: readonly Cell[], billed: readonly Cell[]): Cell[] => {
  const renames = (['resourceType', 'model'] as const).map((name) => ({
    name,
    rename: renamer(valuesOf(estimated, name)),
  }));
  return billed.map((cell) => {
    const key = { ...cell.key };
    for (const { name, rename } of renames) key[name] = rename(key[name]);
    if (key.model === '') key.model = renames[1]!.rename(key.resourceType, '') || renames[1]!.rename(key.item, '');
    return { ...cell, key };
  });
};

const renamer = (known: ReadonlySet<string>) => {
  const words = [...known].map((value) => ({ value, words: wordsOf(value) }));
  const found = new Map<string, string | undefined>();
  const find = (value: string): string | undefined => {
    if (value === '' || known.has(value)) return value;
    const theirs = wordsOf(value);
    const fitting = words.filter((one) => one.words.size > 1 && [...one.words].every((word) => theirs.has(word)));
    return fitting.length === 1 ? fitting[0]!.value : undefined;
  };
  return (value: string, otherwise = value): string => {
    if (!found.has(value)) found.set(value, find(value));
    return found.get(value) ?? otherwise;
  };
};

/** The known values of a dimension. */
export const valuesOf = (cells: readonly Cell[], name: MatchDimension): Set<string> =>
  new Set(cells.map(({ key }) => key[name]).filter((value) => value !== ''));
