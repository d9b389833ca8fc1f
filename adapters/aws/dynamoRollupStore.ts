import type { RollupStore } from '../../core/ports.ts';
import { failingAs } from './awsError.ts';
import { appliedIn, applyTo, MAX_BATCHES } from './rollups/apply.ts';
import { expireIn, forgetIn, readExpired } from './rollups/expire.ts';
import { listIn, loosePartitionsIn } from './rollups/list.ts';
import { type RollupTable, rollupParts } from './rollups/parts.ts';
import { replaceIn } from './rollups/replace.ts';
import { parseBlockId } from './rollups/segments.ts';
import { tidyIn } from './rollups/tidy.ts';
import { together } from './rollups/together.ts';

export interface DynamoRollupStore extends RollupStore {
  /** Removes what nobody refers to any more; to be called now and then, as after compaction. Safe to be cut off anywhere. */
  tidy(nowMs: number): Promise<void>;
}

/**
 * Rollups as a directory in DynamoDB and bytes elsewhere; any number of them may work on one table at once. What a change
 * writes before it is committed is noted first, so that nothing that is cut off stays behind.
 * docs/decisions/0006-blocks-in-s3-directory-in-dynamodb.md
 */
export const dynamoRollupStore = (options: RollupTable): DynamoRollupStore => {
  const parts = rollupParts(options);
  const [apply, applied] = [applyTo(parts), appliedIn(parts)];
  const [replace, expire, forgetApplied, tidy] = [replaceIn(parts), expireIn(parts), forgetIn(parts), tidyIn(parts)];
  const loosePartitions = loosePartitionsIn(parts);
  // Queries and roll-ups ask for many families at once: all of them are answered from one reading of the directory.
  const list = together(listIn(parts));
  const expiredBefore = together((steps: readonly Parameters<RollupStore['expiredBefore']>[0][]) =>
    readExpired(parts, steps),
  );

  return {
    maxBatches: MAX_BATCHES,
    apply: (change) => failingAs('keep rollups', () => apply(change)),
    applied: (ids) => failingAs('look up applied batches', () => applied(ids)),
    loosePartitions: () => failingAs('list rollups', loosePartitions),
    list: (query) => failingAs('list rollups', () => list(query)),
    read: (ids) => failingAs('read rollups', () => parts.bytes.read(ids.map(parseBlockId))),
    replace: (change) => failingAs('compact rollups', () => replace(change)),
    families: () => failingAs('list families', parts.families.list),
    expiredBefore: (step) => failingAs('look up what expired', () => expiredBefore(step)),
    expire: (query) => failingAs('expire rollups', () => expire(query)),
    forgetApplied: (beforeMs) => failingAs('forget applied batches', () => forgetApplied(beforeMs)),
    tidy: (nowMs) => failingAs('tidy rollups', () => tidy(nowMs)),
  };
};
