import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Principal, RollupStore } from '../../core/ports.ts';
import { failingAs } from './awsError.ts';

/** With batches waiting and no roll-up for this long, something is wrong, milliseconds. */
const DEGRADED_AFTER_MS = 10 * 60_000;
/** Anyone may ask, so that the answer is kept for this long, milliseconds: asking often costs no calls. */
const KEPT_MS = 10_000;

export interface HealthOptions {
  rollups: Pick<RollupStore, 'loosePartitions'>;
  queue: { client: SQSClient; url: string };
  /** Epoch milliseconds. */
  now: () => number;
}

/** What `GET /healthz` says: how far the rollups are behind. To a caller we do not know no more than whether all is well. */
export const healthOf = ({ rollups, queue, now }: HealthOptions) => {
  const look = async (nowMs: number) => {
    const [partitions, backlogBatches] = await Promise.all([
      failingAs('look at the rollups', () => rollups.loosePartitions()),
      failingAs('look at the queue', () => waitingIn(queue)),
    ]);
    // What came last is loose for some minutes at least. Without any, nothing has come for long.
    const newestRollupMs = partitions.reduce<number | null>(
      (newest, part) => Math.max(newest ?? 0, part.newestMs),
      null,
    );
    // Without a loose block nothing is known of the last roll-up: the alarm on the age of the queue's messages tells.
    const isBehind = backlogBatches > 0 && newestRollupMs !== null && nowMs - newestRollupMs > DEGRADED_AFTER_MS;
    return { status: isBehind ? 'degraded' : 'ok', newestRollupMs, backlogBatches };
  };
  let kept: { atMs: number; seen: ReturnType<typeof look> } | undefined;

  return async (principal: Principal | undefined) => {
    const nowMs = now();
    if (kept === undefined || nowMs - kept.atMs > KEPT_MS) kept = { atMs: nowMs, seen: look(nowMs) };
    const mine = kept;
    const { status, newestRollupMs, backlogBatches } = await mine.seen.catch((error: unknown) => {
      if (kept === mine) kept = undefined;
      throw error;
    });
    if (!principal) return { status };
    const rollupLagS = newestRollupMs === null ? null : Math.max(0, Math.round((nowMs - newestRollupMs) / 1000));
    return { status, newestRollupMs, rollupLagS, backlogBatches };
  };
};

/** Approximate, as SQS says: those to be delivered and those under way. */
const waitingIn = async ({ client, url }: HealthOptions['queue']): Promise<number> => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
};
