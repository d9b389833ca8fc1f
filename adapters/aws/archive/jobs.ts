import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { ACTIONS_PER_TRANSACTION, getAll, type Item, queryAll } from '../dynamo.ts';

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
export const JOB_KEY = { pk: 'archive-job', sk: '-' };
export const entryKey = (sk: string) => ({ pk: WAITING, sk });

/** Which batches wait for the archive, and what is being written, for those who look. */
export const archiveJobs = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => {
  const last = async (): Promise<Job | undefined> => {
    const { Item: item } = await client.send(new GetCommand({ TableName: table, Key: JOB_KEY, ConsistentRead: true }));
    return item && { fileId: item.fileId, isOpen: item.isOpen, entries: item.entries };
  };
  return {
    /** The job that is open or was last; undefined before the first. */
    last,

    /** All that waits, the longest first. */
    async waiting(): Promise<Entry[]> {
      return (await queryAll(client, waitingIn(table))).map(entryOf);
    },

    /** What has waited longest, as much as a job may take; [] = nothing waits. */
    async next(): Promise<Entry[]> {
      const query = new QueryCommand({ ...waitingIn(table), Limit: ENTRIES_PER_JOB });
      return ((await client.send(query)).Items ?? []).map(entryOf);
    },

    /** The entries of an open job; undefined when it is open no longer, since they may have changed with that. */
    async entriesOf(job: Job): Promise<Entry[] | undefined> {
      const items = await getAll(
        client,
        table,
        job.entries.map(({ sk }) => entryKey(sk)),
      );
      const now = await last();
      if (!now?.isOpen || now.fileId !== job.fileId) return undefined;
      const found = new Map(items.map((item) => [item.sk as string, entryOf(item)]));
      return job.entries.map(({ sk }) => found.get(sk) ?? { sk, batchIds: [] });
    },
  };
};

export type ArchiveJobs = ReturnType<typeof archiveJobs>;

const waitingIn = (table: string) => ({
  TableName: table,
  KeyConditionExpression: 'pk = :waiting',
  ExpressionAttributeValues: { ':waiting': WAITING },
  ConsistentRead: true,
});
const entryOf = (item: Item): Entry => ({ sk: item.sk as string, batchIds: item.batchIds as string[] });
