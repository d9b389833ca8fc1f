import { randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AppError } from '../../../core/errors.ts';
import type { Archive } from '../../../core/ports.ts';
import { failingAs } from '../awsError.ts';
import { pause } from '../retry.ts';
import { s3BatchLog } from '../s3BatchLog.ts';
import { expireFiles } from './expireFiles.ts';
import { archiveWriter } from './fileWriter.ts';
import { jobChanges } from './jobChanges.ts';
import { archiveJobs, type Entry, type Job } from './jobs.ts';
import { s3ArchiveReader } from './s3ArchiveReader.ts';
import { type Staged, stageBatches, writeStaged } from './writeJob.ts';

export interface S3Archive extends Pick<Archive, 'expire' | 'read'> {
  /**
   * Moves waiting batches into files, the longest waiting first, as many as reach `maxItems` but at least one. In one step
   * their records are in the files and they no longer wait. Answers how many there were; no batches = none waited.
   */
  add(query: { maxItems: number }): Promise<{ batches: number; items: number }>;
}

export interface S3ArchiveOptions {
  s3: S3Client;
  bucket: string;
  client: DynamoDBDocumentClient;
  table: string;
  /** Told of a batch that was deleted before it was archived. */
  onGone?: (batchId: string) => void;
}

/** What one job holds in memory, bytes: a function of 2 GB has room for it, for what is made of it, and for batches read ahead. */
const MAX_JOB_BYTES = 128 * 2 ** 20;
const EVERYTHING = { maxItems: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
/** How often a job may be begun or finished by others while we look for one. */
const TRIES = 8;

/**
 * The archive as Parquet objects in a bucket. Any number may add, expire and read at a time, and each may be killed at any
 * moment: what a job left half done is done again, the same, by the next.
 *
 * Nothing is merged: with hourly jobs a day has some dozens of files of a kind, which Athena reads as well as one, and only
 * a file that nobody rewrites can be written twice without harm.
 */
export const s3Archive = ({ s3, bucket, client, table, onGone = () => undefined }: S3ArchiveOptions): S3Archive => {
  const batchLog = s3BatchLog({ client: s3, bucket });
  const jobs = archiveJobs({ client, table });
  const changes = jobChanges({ client, table });
  const writer = archiveWriter({ client: s3, bucket });
  const { read, files } = s3ArchiveReader({ s3, bucket, client, table });
  const stage = stageBatches({ batchLog, onGone });

  const resume = async (job: Job): Promise<Work | undefined> => {
    const entries = await jobs.entriesOf(job);
    if (!entries) return undefined;
    const ids = entries.flatMap(({ batchIds }, i) => batchIds.slice(0, job.entries[i]!.batches));
    return { job, entries, staged: await stage(ids, EVERYTHING) };
  };
  const begin = async (entries: readonly Entry[], last: Job | undefined, maxItems: number) => {
    const ids = entries.flatMap(({ batchIds }) => batchIds);
    const staged = await stage(ids, { maxItems, maxBytes: MAX_JOB_BYTES });
    const job = { fileId: randomUUID(), isOpen: true, entries: firstOf(entries, staged.batches) };
    return (await changes.open(job, last)) ? { job, entries: entries.slice(0, job.entries.length), staged } : undefined;
  };
  /** The open job, or another one; undefined = nothing waits. */
  const nextWork = async (maxItems: number): Promise<Work | undefined> => {
    for (let tries = 1; tries <= TRIES; tries++) {
      const last = await jobs.last();
      const entries = last?.isOpen ? [] : await jobs.next();
      if (!last?.isOpen && entries.length === 0) return undefined;
      const work = last?.isOpen ? await resume(last) : await begin(entries, last, maxItems);
      if (work) return work;
      await pause(tries);
    }
    throw new AppError('overloaded', `jobs of the archive were begun or finished by others ${TRIES} times: try again`);
  };

  return {
    add: ({ maxItems }) =>
      failingAs('write the archive', async () => {
        const work = await nextWork(maxItems);
        if (!work) return { batches: 0, items: 0 };
        const { job, entries, staged } = work;
        await writeStaged({ files: staged.files, fileId: job.fileId, to: writer });
        await changes.finish(job, entries);
        return { batches: staged.batches, items: staged.items };
      }),
    expire: ({ day }) => failingAs('expire days of the archive', () => expireFiles({ ...files, ...writer }, day)),
    read,
  };
};

interface Work {
  job: Job;
  /** Those of the job, as they are in the table. */
  entries: readonly Entry[];
  staged: Staged;
}

/** Which entries hold the first `batches` batches, and how many of them each. */
const firstOf = (entries: readonly Entry[], batches: number): Job['entries'] => {
  let left = batches;
  return entries.flatMap(({ sk, batchIds }) => {
    const taken = Math.min(left, batchIds.length);
    left -= taken;
    return taken > 0 ? [{ sk, batches: taken }] : [];
  });
};
