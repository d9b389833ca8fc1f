import { AppError } from '../errors.ts';
import type { Batch } from '../telemetry/batch.ts';
import { applyBatches } from './rollUp.ts';

type ApplyPorts = Parameters<typeof applyBatches>[0];

export interface RollUpBatchesPorts extends ApplyPorts {
  log: {
    /** undefined where there is none of that id. */
    read(id: string): Promise<Batch | undefined>;
  };
}

/** Batches that are read at a time. They stay packed until they are rolled up. */
const AT_ONCE = 8;

/**
 * Puts batches that are told of into the rollups, each exactly once, however often it is told of.
 *
 * @returns when the one that waited longest arrived, epoch milliseconds; undefined = there was none
 * @throws AppError notFound for a batch that is gone and not in the rollups either: it expired before its turn came
 */
export const rollUpBatches =
  (ports: RollUpBatchesPorts) =>
  async (ids: readonly string[], nowMs: number): Promise<number | undefined> => {
    const distinct = [...new Set(ids)];
    const batches: Batch[] = [];
    const gone: string[] = [];
    for (let i = 0; i < distinct.length; i += AT_ONCE) {
      const some = distinct.slice(i, i + AT_ONCE);
      const read = await Promise.all(some.map((id) => ports.log.read(id)));
      for (const [j, batch] of read.entries()) {
        if (batch) batches.push(batch);
        else gone.push(some[j]!);
      }
    }
    const applied = new Set(gone.length > 0 ? await ports.rollups.applied(gone) : []);
    const lost = gone.filter((id) => !applied.has(id));
    if (lost.length > 0) throw new AppError('notFound', `gone before they were rolled up: ${lost.join(', ')}`);
    if (batches.length === 0) return undefined;
    await applyBatches(ports)(batches, nowMs);
    return batches.reduce((oldest, { receivedAt }) => Math.min(oldest, receivedAt), Number.POSITIVE_INFINITY);
  };
