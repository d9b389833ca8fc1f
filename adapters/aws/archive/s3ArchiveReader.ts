import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Archive } from '../../../core/ports.ts';
import { awsError } from '../awsError.ts';
import { s3BatchLog } from '../s3BatchLog.ts';
import { archiveFiles } from './files.ts';
import { archiveJobs } from './jobs.ts';
import { readArchive } from './readArchive.ts';

/** The archive in a bucket for those who only read it: they need no right to change anything. */
export const s3ArchiveReader = (of: {
  s3: S3Client;
  bucket: string;
  client: DynamoDBDocumentClient;
  table: string;
}) => {
  const files = archiveFiles({ client: of.s3, bucket: of.bucket });
  const batchLog = s3BatchLog({ client: of.s3, bucket: of.bucket });
  const records = readArchive({ jobs: archiveJobs(of), files, batchLog });
  const read: Archive['read'] = async function* (query) {
    try {
      yield* records(query);
    } catch (error) {
      throw awsError('read the archive', error);
    }
  };
  return { read, files };
};
