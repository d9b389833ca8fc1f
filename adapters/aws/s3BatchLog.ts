import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BatchLog } from '../../core/ports.ts';
import type { Batch } from '../../core/telemetry/batch.ts';
import { contentOf, packed } from '../payload.ts';
import { failingAs, isBusy, nameOf, statusOf } from './awsError.ts';
import { retrying } from './retry.ts';

const PREFIX = 'batches/';

/** Where a batch is kept. Ids are hexadecimal or UUIDs, hence their own keys; others are percent-encoded. */
export const batchKey = (id: string): string => PREFIX + encodeURIComponent(id);

/** The id of the batch under a key, as S3 lists it; undefined where it is no batch's. In S3's events keys are percent-encoded once more. */
export const batchIdOf = (key: string): string | undefined =>
  key.startsWith(PREFIX) ? decodeURIComponent(key.slice(PREFIX.length)) : undefined;

export interface S3BatchLog extends Pick<BatchLog, 'append'> {
  /** undefined where there is none of that id. `content` is decoded each time it is asked for: ask once. */
  read(id: string): Promise<Batch | undefined>;
  /** All batches whose id starts with `prefix`, by id; `storedMs`: when they were kept, epoch ms. */
  list(prefix: string): AsyncIterable<{ id: string; storedMs: number }>;
}

/**
 * The batch log as one S3 object for each batch. That a batch is kept once is S3's doing: an object is only written where
 * there is none (`If-None-Match: *`). Without the permission to list the bucket, S3 answers 403 for what is not there,
 * which is a failure here.
 */
export const s3BatchLog = ({ client, bucket }: { client: S3Client; bucket: string }): S3BatchLog => ({
  append: ({ batch, fingerprint, receipt, asSent }) => {
    const Body = packed(asSent ?? Buffer.from(JSON.stringify(batch.content)));
    const at = { Bucket: bucket, Key: batchKey(batch.id) };
    const Metadata = {
      fingerprint: encodeURIComponent(fingerprint),
      accepted: String(receipt.accepted),
      rejected: String(receipt.rejected),
      receivedat: String(batch.receivedAt),
    };
    const appendOnce = async (): ReturnType<BatchLog['append']> => {
      try {
        await client.send(
          new PutObjectCommand({ ...at, Body, Metadata, IfNoneMatch: '*', ContentType: 'application/zstd' }),
        );
        return { kind: 'appended' };
      } catch (error) {
        if (statusOf(error) !== 412) throw error;
      }
      const { Metadata: first = {} } = await client.send(new HeadObjectCommand(at));
      if (first.fingerprint !== Metadata.fingerprint) return { kind: 'conflict' };
      const { accepted, rejected } = first;
      return {
        kind: 'duplicate',
        receipt: { batchId: batch.id, accepted: Number(accepted), rejected: Number(rejected) },
      };
    };
    // 409: another writes this key at this moment. 404: what was in the way expired meanwhile.
    const mayPass = (error: unknown) => [404, 409].includes(statusOf(error) ?? 0) || isBusy(error);
    return failingAs('keep a batch', () => retrying(appendOnce, mayPass));
  },

  read: (id) =>
    failingAs('read a batch', async () => {
      const object = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: batchKey(id) }))
        .catch((error: unknown) => {
          if (nameOf(error) === 'NoSuchKey') return undefined;
          throw error;
        });
      if (!object) return undefined;
      const payload = await object.Body!.transformToByteArray();
      return {
        id,
        receivedAt: Number(object.Metadata?.receivedat),
        get content() {
          return contentOf(payload);
        },
      };
    }),

  async *list(prefix) {
    const query = { Bucket: bucket, Prefix: batchKey(prefix) };
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...query, ContinuationToken });
      const page = await failingAs('list batches', () => client.send(command));
      for (const { Key, LastModified } of page.Contents ?? [])
        yield { id: batchIdOf(Key!)!, storedMs: LastModified!.getTime() };
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  },
});
