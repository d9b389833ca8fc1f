import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ArchiveKind, ArchivePartition } from '../../../core/ports.ts';
import { nameOf } from '../awsError.ts';

const PREFIX = 'archive/';

/** A file of the archive as the bucket lists it. */
export interface ArchiveFile extends ArchivePartition {
  key: string;
  /** The job that wrote it. */
  fileId: string;
  bytes: number;
  /** Epoch milliseconds. */
  writtenMs: number;
}

const kindPrefix = (kind: ArchiveKind): string => `${PREFIX}kind=${kind}/`;
/** Keys sort by kind and day: laid out as Hive and Athena expect. */
export const dayPrefix = ({ kind, day }: ArchivePartition): string => `${kindPrefix(kind)}day=${day}/`;
const NAME = /\/day=(\d{4}-\d{2}-\d{2})\/([^/]+)\.parquet$/;

/** The archive's files in a bucket, for those who read them. Days are UTC, YYYY-MM-DD. */
export const archiveFiles = ({ client, bucket }: { client: S3Client; bucket: string }) => ({
  /** Files of a kind by day, from `firstDay` to `lastDay`. */
  async *list({ kind, firstDay, lastDay }: { kind: ArchiveKind; firstDay: string; lastDay: string }) {
    // '.' comes right before '/': after everything of earlier days, before everything of this one.
    const StartAfter = `${kindPrefix(kind)}day=${firstDay}.`;
    const query = { Bucket: bucket, Prefix: kindPrefix(kind), StartAfter };
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ ...query, ContinuationToken }));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const [, day, fileId] = NAME.exec(Key) ?? [];
        if (!day || !fileId) continue;
        if (day > lastDay) return;
        yield { kind, day, fileId, key: Key, bytes: Size, writtenMs: LastModified!.getTime() } satisfies ArchiveFile;
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  },

  /** Bytes [start, end) of a file; undefined when it is gone. */
  async read({ key, start, end }: { key: string; start: number; end: number }): Promise<Uint8Array | undefined> {
    const Range = `bytes=${start}-${end - 1}`;
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
      return await Body!.transformToByteArray();
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  },
});

export type ArchiveFiles = ReturnType<typeof archiveFiles>;
