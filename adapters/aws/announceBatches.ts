import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AppError } from '../../core/errors.ts';
import { failingAs } from './awsError.ts';
import { batchNotice } from './batchNotice.ts';

/** Messages that SQS takes in one call. */
const TOGETHER = 10;

/** Puts a message about each of these batches into the batch queue, as S3 does when it gets one. */
export const announceBatches =
  ({ client, url }: { client: SQSClient; url: string }) =>
  (ids: readonly string[]): Promise<void> =>
    failingAs('announce batches', async () => {
      for (let i = 0; i < ids.length; i += TOGETHER) {
        const Entries = ids.slice(i, i + TOGETHER).map((id, n) => ({ Id: String(n), MessageBody: batchNotice(id) }));
        const { Failed: [failed] = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        if (failed) throw new AppError('storageFailed', `SQS did not take a message: ${failed.Code} ${failed.Message}`);
      }
    });
