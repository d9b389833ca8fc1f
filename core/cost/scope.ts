import type { CostDimension, CostEntry, CostLabels } from './entry.ts';

/** A part of the ledger: the entries that have these labels; `{}` = all of it. */
export type Scope = CostLabels;

export const isIn = (scope: Scope, labels: CostLabels): boolean =>
  Object.entries(scope).every(([name, value]) => labels[name as CostDimension] === value);

/** Only these of the labels. */
export const labelsOf = (labels: CostLabels, dimensions: readonly CostDimension[]): CostLabels =>
  Object.fromEntries(dimensions.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));

/** For people: `team growth`, `deployment a, client b`, or `everything`. */
export const scopeText = (scope: Scope): string =>
  Object.entries(scope)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'everything';

/** Steps of equal length: value i is of [startMs + i · stepMs, + stepMs). */
export interface Series {
  startMs: number;
  stepMs: number;
  /** Dollars; null = the ledger knows nothing of that time, which is not the same as nothing spent. */
  values: (number | null)[];
}

export interface SeriesRange {
  /** Included, a multiple of `stepMs`. */
  fromMs: number;
  /** Not included, a multiple of `stepMs`. */
  toMs: number;
  stepMs: number;
}

/**
 * What entries cost over time: of everything, and of each value of some dimensions. A step in which the ledger has no entry
 * at all is null in every series; otherwise a scope without entries spent 0. What has no price adds nothing.
 *
 * @param limit only so many values of a dimension, those that cost most
 */
export const seriesByScope = (
  entries: readonly CostEntry[],
  { fromMs, toMs, stepMs }: SeriesRange,
  { dimensions = [], limit = 50 }: { dimensions?: readonly CostDimension[]; limit?: number } = {},
): { scope: Scope; series: Series; total: number }[] => {
  const steps = Math.max(0, Math.round((toMs - fromMs) / stepMs));
  const known = new Array<boolean>(steps).fill(false);
  const blank = () => ({ sums: new Array<number>(steps).fill(0), total: 0 });
  const all = blank();
  const byDimension = dimensions.map((name) => ({ name, values: new Map<string, ReturnType<typeof blank>>() }));
  const add = (to: ReturnType<typeof blank>, step: number, cost: number) => {
    to.sums[step]! += cost;
    to.total += cost;
  };
  for (const { startMs, labels, cost } of entries) {
    const step = Math.floor((startMs - fromMs) / stepMs);
    if (step < 0 || step >= steps) continue;
    known[step] = true;
    if (cost === null) continue;
    add(all, step, cost);
    for (const { name, values } of byDimension) {
      const value = labels[name];
      if (value === undefined) continue;
      const sums = values.get(value) ?? blank();
      values.set(value, sums);
      add(sums, step, cost);
    }
  }
  const seriesOf = ({ sums, total }: ReturnType<typeof blank>, scope: Scope) => ({
    scope,
    total,
    series: { startMs: fromMs, stepMs, values: sums.map((sum, i) => (known[i] ? sum : null)) },
  });
  return [
    seriesOf(all, {}),
    ...byDimension.flatMap(({ name, values }) =>
      [...values]
        .toSorted(([, a], [, b]) => b.total - a.total)
        .slice(0, limit)
        .map(([value, sums]) => seriesOf(sums, { [name]: value })),
    ),
  ];
};

/** One series, of the entries that are in a scope; what is null is decided by all of them. */
export const scopeSeries = (entries: readonly CostEntry[], range: SeriesRange, scope: Scope = {}): Series =>
  seriesByScope(
    entries.map((entry) => (isIn(scope, entry.labels) ? entry : { ...entry, cost: null })),
    range,
  )[0]!.series;
