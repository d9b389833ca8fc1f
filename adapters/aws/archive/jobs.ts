import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { nameOf } from '../awsError.ts';
import { ACTIONS_PER_TRANSACTION, getAll, type Item, queryAll, transact } from '../dynamo.ts';

/** Batches that were rolled up together and wait for the archive, in order; `sk` begins with when that was. */
export interface Entry {
  sk: string;
  batchIds: readonly string[];
}

/**
 * What is being written into files whose name is `fileId`: of these entries so many batches each, the first ones. The last
 * job stays when it is done, so that one can see that another began.
 */
export interface Job {
  fileId: string;
  isOpen: boolean;
  entries: readonly { sk: string; batches: number }[];
}

/** One job may take so many entries: finishing it changes all of them, and the job, in one transaction. */
const ENTRIES_PER_JOB = ACTIONS_PER_TRANSACTION - 1;

const WAITING = 'archive';
const JOB = { pk: 'archive-job', sk: '-' };

/**
 * Which batches wait for the archive, and which of them are being written: one job at a time, whoever works on it. A job is
 * said before its first file is written and finished after its last, in one step with taking its batches off the list, so
 * whoever finds it open writes the same files again.
 */
export const archiveJobs = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => ({
  /** The job that is open or was last; undefined before the first. */
  async last(): Promise<Job | undefined> {
    const { Item: item } = await client.send(new GetCommand({ TableName: table, Key: JOB, ConsistentRead: true }));
    return item && { fileId: item.fileId, isOpen: item.isOpen, entries: item.entries };
  },

  /** All that waits, the longest first. */
  async waiting(): Promise<Entry[]> {
    return (await queryAll(client, waitingIn(table))).map(entryOf);
  },

  /** What has waited longest, as much as a job may take; [] = nothing waits. */
  async next(): Promise<Entry[]> {
    const query = new QueryCommand({ ...waitingIn(table), Limit: ENTRIES_PER_JOB });
    return ((await client.send(query)).Items ?? []).map(entryOf);
  },

  /** The entries of an open job; undefined when some are gone, since another finished it meanwhile. */
  async entriesOf(job: Job): Promise<Entry[] | undefined> {
    const keys = job.entries.map(({ sk }) => ({ pk: WAITING, sk }));
    const found = new Map((await getAll(client, table, keys)).map((item) => [item.sk as string, entryOf(item)]));
    if (job.entries.some(({ sk }) => !found.has(sk))) return undefined;
    return job.entries.map(({ sk }) => found.get(sk)!);
  },

  /** Opens a job, if the last is still `after`; answers whether it did. */
  async open(job: Omit<Job, 'isOpen'>, after: Job | undefined): Promise<boolean> {
    const condition = after
      ? { ConditionExpression: 'fileId = :last AND isOpen = :no', ...values({ ':last': after.fileId, ':no': false }) }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      await client.send(new PutCommand({ TableName: table, Item: { ...JOB, ...job, isOpen: true }, ...condition }));
      return true;
    } catch (error) {
      if (nameOf(error) !== 'ConditionalCheckFailedException') throw error;
      return false;
    }
  },

  /** Closes the job and takes its batches off the list, in one step; answers false when another did so before. */
  async finish(job: Job, entries: readonly Entry[]): Promise<boolean> {
    const taken = entries.map(({ sk, batchIds }, i) => {
      const at = { TableName: table, Key: { pk: WAITING, sk }, ConditionExpression: 'attribute_exists(pk)' };
      const left = batchIds.slice(job.entries[i]!.batches);
      if (left.length === 0) return { Delete: at };
      return { Update: { ...at, UpdateExpression: 'SET batchIds = :left', ...values({ ':left': left }) } };
    });
    const close = {
      TableName: table,
      Item: { ...JOB, fileId: job.fileId, isOpen: false, entries: [] },
      ConditionExpression: 'fileId = :mine AND isOpen = :yes',
      ...values({ ':mine': job.fileId, ':yes': true }),
    };
    return (await transact(client, [{ Put: close }, ...taken])).length === 0;
  },
});

export type ArchiveJobs = ReturnType<typeof archiveJobs>;

const waitingIn = (table: string) => ({
  TableName: table,
  KeyConditionExpression: 'pk = :waiting',
  ...values({ ':waiting': WAITING }),
  ConsistentRead: true,
});
const values = (of: Record<string, unknown>) => ({ ExpressionAttributeValues: of });
const entryOf = (item: Item): Entry => ({ sk: item.sk as string, batchIds: item.batchIds as string[] });
