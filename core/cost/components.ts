import type { CostComponent } from './decompose.ts';
import { COST_ITEMS, type CostDimension, type CostEntry, type CostItem } from './entry.ts';
import { labelsOf } from './scope.ts';

/** What tells causes of a cost apart: who, what, where, and what was counted. */
export const DRIVER_DIMENSIONS = [
  'deployment',
  'model',
  'team',
  'project',
  'client',
  'service',
  'resourceType',
  'resource',
  'operation',
  'line',
  'item',
] as const satisfies readonly CostDimension[];

/**
 * Entries added up by dimensions, as components that `decompose` compares. The item, and what has a price and what has
 * none, always stay apart. Units are those of COST_ITEMS; an unknown item is a unit of its own.
 *
 * @param scale what to multiply by: 1/7 makes the average day of a week
 */
export const componentsOf = (
  entries: readonly CostEntry[],
  dimensions: readonly CostDimension[] = DRIVER_DIMENSIONS,
  scale = 1,
): CostComponent[] => {
  const sums = new Map<string, CostComponent>();
  for (const { labels, quantity, cost } of entries) {
    const kept = labelsOf(labels, dimensions);
    const key = Object.entries(kept)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    const id = JSON.stringify([kept, labels.item, cost === null]);
    const sum = sums.get(id);
    if (sum) {
      sum.quantity += quantity * scale;
      if (cost !== null) sum.cost = (sum.cost ?? 0) + cost * scale;
    } else {
      const unit = unitOf(labels.item);
      sums.set(id, { key, labels: kept, unit, quantity: quantity * scale, cost: cost === null ? null : cost * scale });
    }
  }
  return [...sums.values()];
};

const unitOf = (item: string | undefined): string =>
  item !== undefined && Object.hasOwn(COST_ITEMS, item) ? COST_ITEMS[item as CostItem] : (item ?? '');
