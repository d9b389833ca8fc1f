import { DAY } from '../../telemetry/families.ts';
import type { CostEntry, CostLabels } from '../entry.ts';
import type { Attribution } from './attribution.ts';
import type { BillLine } from './line.ts';
import { itemOf, operationOf, resourceTypeOf } from './meaning.ts';

export interface BilledOptions {
  attribution: Attribution;
  /** US dollars that one unit of a currency is, by its three letters. What has no rate stays in its currency. */
  exchangeRates: Readonly<Record<string, number>>;
}

/**
 * The billed ledger's entries of lines of bills: by day, cost = what was invoiced, the effective cost beside it. Of each currency for itself, unless there is a
 * rate for it; a sum over all entries equals that over all lines.
 */
export const billedEntries = (lines: Iterable<BillLine>, options: BilledOptions): CostEntry[] => {
  const sum = billedSum(options);
  for (const line of lines) sum.add(line);
  return sum.take();
};

/**
 * Different sets of labels of one ledger: some 500 bytes each. Past it entries of further resources go without their resource,
 * which the bill's own lines keep: a month of short-lived pods would not fit into memory.
 */
const MOST_SETS = 100_000;

/** As `billedEntries`, for lines that come bit by bit; equal labels are one object. */
export const billedSum = ({ attribution, exchangeRates }: BilledOptions, mostSets = MOST_SETS) => {
  const meanings = new WeakMap<object, Meaning>();
  const entries = new Map<string, CostEntry>();
  const sets = new Map<string, { labels: CostLabels; number: number }>();

  const setOf = (labels: CostLabels): { labels: CostLabels; number: number } => {
    const key = JSON.stringify(labels);
    const known = sets.get(key);
    if (known) return known;
    const { resource, ...others } = labels;
    if (sets.size >= mostSets && resource !== undefined) return setOf(others);
    const made = { labels, number: sets.size };
    sets.set(key, made);
    return made;
  };

  const meaningOf = (line: BillLine): Meaning => {
    const counted = itemOf(line);
    return { ...setOf(labelsOf(line, attribution, counted?.item)), factor: counted?.factor ?? 0 };
  };
  const knownMeaningOf = (line: BillLine, kind: object): Meaning => {
    const meaning = meanings.get(kind) ?? meaningOf(line);
    meanings.set(kind, meaning);
    return meaning;
  };

  return {
    /** @param kind one object for lines that are equal in all but times and amounts, where that is known */
    add(line: BillLine, kind?: object): void {
      const { currency, billedCost, effectiveCost, listCost, quantity = 0 } = line;
      const rate = currency === 'USD' ? 1 : exchangeRates[currency];
      const { labels, number, factor } = kind === undefined ? meaningOf(line) : knownMeaningOf(line, kind);
      const startMs = Math.floor(line.startMs / DAY) * DAY;
      const money = rate === undefined ? currency : 'USD';
      const key = `${startMs} ${money} ${listCost === undefined} ${number}`;
      const amount = quantity * factor;
      const cost = billedCost * (rate ?? 1);
      const effective = effectiveCost * (rate ?? 1);
      const list = listCost === undefined ? undefined : listCost * (rate ?? 1);
      const before = entries.get(key);
      if (before === undefined) {
        entries.set(key, {
          startMs,
          labels,
          quantity: amount,
          cost,
          effectiveCost: effective,
          ...(list !== undefined && { listCost: list }),
          ...(money !== 'USD' && { currency: money }),
        });
        return;
      }
      before.quantity += amount;
      before.cost! += cost;
      before.effectiveCost! += effective;
      if (list !== undefined) before.listCost! += list;
    },
    /** What was added since the last time. */
    take(): CostEntry[] {
      const taken = [...entries.values()];
      entries.clear();
      return taken;
    },
  };
};

interface Meaning {
  labels: CostLabels;
  /** Of the set of labels. */
  number: number;
  /** How many of the ledger's units one of the line's is; 0 = what the line counts has no name in the ledger. */
  factor: number;
}

/** Labels in one order, so that equal ones are equal as JSON. */
const labelsOf = (line: BillLine, attribution: Attribution, item: string | undefined): CostLabels => {
  const { deployment, model, modelVersion, team, project, environment } = attribution(line);
  const resourceType = resourceTypeOf(line);
  const labels: CostLabels = {};
  const set = (name: keyof CostLabels, value: string | undefined) => {
    if (value !== undefined) labels[name] = value;
  };
  set('deployment', deployment);
  set('model', model);
  set('modelVersion', modelVersion);
  set('team', team);
  set('project', project);
  set('environment', environment);
  set('provider', providerOf(line.provider));
  set('account', line.account ?? line.billingAccount);
  set('region', line.region);
  set('operation', operationOf(line));
  set('service', line.service);
  set('resourceType', resourceType);
  set('resource', line.resource);
  set('item', item);
  set('chargeCategory', line.category);
  set('pricing', line.pricing);
  return labels;
};

/** Bills write providers out; telemetry and the price book know them by these. */
const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/^(aws|amazon)/i, 'aws'],
  [/^(microsoft|azure)/i, 'azure'],
  [/^(google|gcp)/i, 'gcp'],
  [/^(oracle|oci)/i, 'oci'],
];
export const providerOf = (name: string): string => PROVIDERS.find(([form]) => form.test(name))?.[1] ?? name;
