import * as z from 'zod';
import { InventoryResource } from './resource.ts';

/** What was listed on one day (UTC): when, and how many of each there were each time. */
export const InventoryDay = z.object({
  /** Epoch milliseconds, oldest first. */
  timesMs: z.array(z.number()),
  resources: z.array(
    InventoryResource.omit({ count: true }).extend({
      /** At each of the times; 0 = it was not listed. */
      counts: z.array(z.number().nonnegative()),
    }),
  ),
});
export type InventoryDay = z.infer<typeof InventoryDay>;

export const EMPTY_DAY: InventoryDay = { timesMs: [], resources: [] };

/** Where the day of a time is kept. */
export const inventoryKey = (ms: number): string => `inventory/${new Date(ms).toISOString().slice(0, 10)}`;

/** The day with one more listing. @param listing.atMs later than those before */
export const withListing = (
  day: InventoryDay,
  listing: { atMs: number; resources: readonly InventoryResource[] },
): InventoryDay => {
  const timesMs = [...day.timesMs, listing.atMs];
  const rows = new Map(day.resources.map((row) => [identityOf(row), { ...row, counts: [...row.counts, 0] }]));
  for (const { count, ...resource } of listing.resources) {
    const key = identityOf(resource);
    const row = rows.get(key) ?? { ...resource, counts: timesMs.map(() => 0) };
    row.counts[timesMs.length - 1] = count;
    rows.set(key, row);
  }
  return { timesMs, resources: [...rows.values()] };
};

type Facts = Omit<InventoryResource, 'count'>;

/** The same for the same resource as long as nothing of it changes. */
export const identityOf = ({ id, kind, names, instanceType, region, account, purchase, launchedMs, tags }: Facts) =>
  JSON.stringify([
    id,
    kind,
    names,
    instanceType,
    region,
    account,
    purchase,
    launchedMs,
    Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
