import { DeleteObjectsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../../core/errors.ts';
import type { ArchivePartition } from '../../../core/ports.ts';
import { dayPrefix } from './files.ts';

/** What changes the archive's files in a bucket. */
export const archiveWriter = ({ client, bucket }: { client: S3Client; bucket: string }) => ({
  /** Writes the file of a job for a partition, or the same again. */
  async put({ fileId, bytes, ...partition }: ArchivePartition & { fileId: string; bytes: Uint8Array }): Promise<void> {
    const Key = `${dayPrefix(partition)}${fileId}.parquet`;
    const ContentType = 'application/vnd.apache.parquet';
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, ContentType }));
  },

  /** At most 1000 at a time. */
  async remove(keys: readonly string[]): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const { Errors: [first] = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
    if (first) throw new AppError('storageFailed', `could not delete ${first.Key}: ${first.Code} ${first.Message}`);
  },
});

export type ArchiveWriter = ReturnType<typeof archiveWriter>;
