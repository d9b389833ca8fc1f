import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { NewBlock } from '../../../core/ports.ts';
import type { BlockBytes } from '../blockBytes.ts';
import type { Action } from '../dynamo.ts';
import { type RollupDirectory, rollupDirectory } from './directory.ts';
import { type FamilyNames, familyNames } from './families.ts';
import { type SegmentIntents, segmentIntents } from './intents.ts';
import { layOut, segmentIds } from './segments.ts';

/** What the changes of a store work with. */
export interface RollupParts {
  client: DynamoDBDocumentClient;
  table: string;
  bytes: BlockBytes;
  now: () => number;
  directory: RollupDirectory;
  intents: SegmentIntents;
  families: FamilyNames;
  newSegmentId: () => string;
}

export interface RollupTable {
  client: DynamoDBDocumentClient;
  table: string;
  /** Where the bytes of blocks are: there is too much of them for DynamoDB, which is paid by the KB written. */
  bytes: BlockBytes;
  /** Epoch ms. @default the clock */
  now?: () => number;
}

export const rollupParts = ({ client, table, bytes, now = Date.now }: RollupTable): RollupParts => ({
  client,
  table,
  bytes,
  now,
  directory: rollupDirectory({ client, table }),
  intents: segmentIntents({ client, table }),
  families: familyNames({ client, table }),
  newSegmentId: segmentIds(now),
});

/**
 * Writes blocks that nobody refers to yet: each list of them into one segment. `commit` belongs into the transaction that
 * refers to them. No blocks: nothing to write, nothing to commit.
 */
export const writeSegments = async (
  { bytes, now, intents, families, newSegmentId }: RollupParts,
  lists: readonly (readonly NewBlock[])[],
): Promise<{ segments: ReturnType<typeof layOut>[]; commit: Action[] }> => {
  if (lists.length === 0) return { segments: [], commit: [] };
  const segments = lists.map((blocks) => layOut(newSegmentId(), blocks));
  const commit = await intents.begin(
    segments.map(({ segmentId }) => segmentId),
    now(),
  );
  await families.remember(lists.flat().map(({ family }) => family));
  await Promise.all(segments.map((segment) => bytes.put(segment.segmentId, segment.bytes)));
  return { segments, commit: [commit] };
};
