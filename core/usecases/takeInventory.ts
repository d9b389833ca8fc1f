import { EMPTY_DAY, InventoryDay, inventoryKey, withListing } from '../cost/inventory/day.ts';
import { deploymentsOf, isAccelerated, type TagsOfDeployments } from '../cost/inventory/resource.ts';
import { AppError } from '../errors.ts';
import type { Compression, DocumentStore, Inventory } from '../ports.ts';
import { DAY, MINUTE } from '../telemetry/families.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';

interface Ports {
  documents: DocumentStore;
  compression: Compression;
}

/** A run that is tried again so soon after another has nothing to add. */
const LEAST_GAP_MS = 10 * MINUTE;
const MAX_TRIES = 8;

/**
 * Keeps what runs now that costs by the hour: what has an accelerator, and what belongs to a deployment. Call it once an hour; a
 * call within ten minutes of another keeps nothing.
 *
 * @param tagged tags of the configuration that find deployments
 */
export const takeInventory =
  ({ inventory, ...ports }: Ports & { inventory: Inventory }, { tagged }: { tagged: TagsOfDeployments }) =>
  async (nowMs: number): Promise<{ listed: number; kept: number; isAll: boolean; isNew: boolean }> => {
    const { documents, compression } = ports;
    const key = inventoryKey(nowMs);
    const { resources: listed, isAll } = await inventory.list();
    const resources = listed.filter(
      (resource) =>
        resource.kind === 'endpoint' ||
        isAccelerated(resource.instanceType) ||
        deploymentsOf(resource, tagged).length > 0,
    );
    const report = { listed: listed.length, kept: resources.length, isAll };
    for (let i = 0; i < MAX_TRIES; i++) {
      const [stored] = await documents.get([key]);
      const before = stored ? unpack(compression.decompress(stored.bytes)) : EMPTY_DAY;
      if (nowMs < (before.timesMs.at(-1) ?? Number.NEGATIVE_INFINITY) + LEAST_GAP_MS)
        return { ...report, isNew: false };
      const day = withListing(before, { atMs: nowMs, resources });
      const bytes = compression.compress(toUtf8(JSON.stringify(day)));
      if (await documents.put(key, bytes, stored?.version)) return { ...report, isNew: true };
    }
    throw new AppError('overloaded', `${key} was written by others ${MAX_TRIES} times meanwhile; try again`);
  };

/** The days of [fromMs, toMs) that have an inventory, and the day on either side, oldest first. */
export const readInventory =
  ({ documents, compression }: Ports) =>
  async ({ fromMs, toMs }: { fromMs: number; toMs: number }): Promise<InventoryDay[]> => {
    const keys: string[] = [];
    for (let ms = Math.floor(fromMs / DAY) * DAY - DAY; ms < toMs + DAY; ms += DAY) keys.push(inventoryKey(ms));
    const stored = await documents.get(keys);
    return stored.flatMap((document) => (document ? [unpack(compression.decompress(document.bytes))] : []));
  };

const unpack = (bytes: Uint8Array): InventoryDay => InventoryDay.parse(JSON.parse(fromUtf8(bytes)));
