import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { nameOf } from '../awsError.ts';
import { transact } from '../dynamo.ts';
import { type Entry, entryKey, JOB_KEY, type Job } from './jobs.ts';

/**
 * What changes the jobs of the archive: one is open at a time, whoever works on it. It is opened before its first file is
 * written and finished after its last, in one step with taking its batches off the list, so whoever finds it open writes
 * the same files again.
 */
export const jobChanges = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => ({
  /** Opens a job, if the last is still `after`; answers whether it did. */
  async open(job: Omit<Job, 'isOpen'>, after: Job | undefined): Promise<boolean> {
    const condition = after
      ? { ConditionExpression: 'fileId = :last AND isOpen = :no', ...values({ ':last': after.fileId, ':no': false }) }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      await client.send(new PutCommand({ TableName: table, Item: { ...JOB_KEY, ...job, isOpen: true }, ...condition }));
      return true;
    } catch (error) {
      if (nameOf(error) !== 'ConditionalCheckFailedException') throw error;
      return false;
    }
  },

  /** Closes the job and takes its batches off the list, in one step; answers false when another did so before. */
  async finish(job: Job, entries: readonly Entry[]): Promise<boolean> {
    const taken = entries.map(({ sk, batchIds }, i) => {
      const at = { TableName: table, Key: entryKey(sk), ConditionExpression: 'attribute_exists(pk)' };
      const left = batchIds.slice(job.entries[i]!.batches);
      if (left.length === 0) return { Delete: at };
      return { Update: { ...at, UpdateExpression: 'SET batchIds = :left', ...values({ ':left': left }) } };
    });
    const close = {
      TableName: table,
      Item: { ...JOB_KEY, fileId: job.fileId, isOpen: false, entries: [] },
      ConditionExpression: 'fileId = :mine AND isOpen = :yes',
      ...values({ ':mine': job.fileId, ':yes': true }),
    };
    return (await transact(client, [{ Put: close }, ...taken])).length === 0;
  },
});

const values = (of: Record<string, unknown>) => ({ ExpressionAttributeValues: of });
