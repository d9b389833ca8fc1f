import type { DeploymentAttributes } from '../../ports.ts';
import { HOUR } from '../../telemetry/families.ts';
import type { CostEntry, CostLabels } from '../entry.ts';
import type { PriceBook } from '../prices/book.ts';
import { allocate } from './allocate.ts';
import { capacityEntries, quoteOf, workIn } from './capacityEntries.ts';
import { labelsOf, priced } from './labels.ts';
import { trainingEntries } from './trainingEntries.ts';
import type { Capacity, Quantity, TrainingRun, Usage } from './types.ts';
import { usageEntries } from './usageEntries.ts';

export interface EstimateInput {
  usage: readonly Usage[];
  capacity: readonly Capacity[];
  training: readonly TrainingRun[];
  /** Deployments that told of training: what they work without being called is that. */
  trainers: ReadonlySet<string>;
  quantities: readonly Quantity[];
  prices: PriceBook;
  /** What the registry says of a deployment at a time. */
  attributesAt(deployment: string, atMs: number): DeploymentAttributes;
}

/**
 * The entries of some hours: tokens times price for each call's model, capacity times price for what runs, shared among
 * those who used it, training, storage and network. Every row of capacity gives entries that add up to its price; what has
 * no price has entries without a cost.
 */
export const estimate = (input: EstimateInput): CostEntry[] => {
  const { prices, attributesAt } = input;
  const entries: CostEntry[] = [];
  const byDeployment = usageByDeployment(input.usage);
  const owned = new Set<string>(); // deployments by the hour in which they ran on capacity that is paid for
  // A job that tells of its end on the hour ran on capacity of the hour before.
  const isOwned = (deployment: string, startMs: number) =>
    owned.has(keyOf(deployment, startMs)) || owned.has(keyOf(deployment, startMs - HOUR));
  for (const capacity of input.capacity) {
    const quote = quoteOf(prices, capacity);
    const used = (deployment: string) => byDeployment.get(keyOf(deployment, capacity.startMs)) ?? [];
    const work = workIn(capacity.deployments.flatMap(used));
    for (const allocation of allocate(capacity, (name) => sum(used(name), work))) {
      const { deployment } = allocation;
      if (deployment !== undefined) owned.add(keyOf(deployment, capacity.startMs));
      const owner = deployment === undefined ? {} : attributesAt(deployment, capacity.startMs);
      const calls = deployment === undefined ? [] : used(deployment);
      const isTrainer = deployment !== undefined && input.trainers.has(deployment);
      entries.push(...capacityEntries(capacity, allocation, { quote, owner, calls, isTrainer }));
    }
  }
  for (const usage of input.usage)
    entries.push(...usageEntries(usage, prices, isOwned(usage.deployment, usage.startMs)));
  for (const run of input.training) {
    const { deployment } = run.attributes;
    if (deployment === undefined || !isOwned(deployment, run.startMs)) entries.push(...trainingEntries(run, prices));
  }
  for (const { startMs, resource, key, quantity, attributes } of input.quantities) {
    const item = key.kind === 'storage' ? 'storageGbMonths' : 'transferGb';
    const labels: CostLabels = {
      ...labelsOf(attributes),
      operation: key.kind === 'storage' ? 'storage' : 'network',
      resource,
      resourceType: key.kind === 'storage' ? key.storageClass : key.route,
      line: 'work',
      item,
    };
    entries.push(priced({ startMs, labels, quantity }, prices.quote(key, startMs)));
  }
  return entries;
};

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

const keyOf = (deployment: string, startMs: number): string => `${startMs} ${deployment}`;

const usageByDeployment = (usage: readonly Usage[]): Map<string, Usage[]> => {
  const map = new Map<string, Usage[]>();
  for (const row of usage) {
    const key = keyOf(row.deployment, row.startMs);
    const rows = map.get(key);
    if (rows) rows.push(row);
    else map.set(key, [row]);
  }
  return map;
};
