import { s3ArchiveReader } from '../../adapters/aws/archive/s3ArchiveReader.ts';
import { awsExports } from '../../adapters/aws/exports.ts';
import { zstd } from '../../adapters/zstd.ts';
import type { RollupStore } from '../../core/ports.ts';
import { documentClient } from '../documentClient.ts';
import { s3Client } from '../s3Client.ts';

/** What exports of the API are made of. */
export const archiveExports = (of: { bucket: string; table: string; rollups: RollupStore }) => {
  const { bucket, table, rollups } = of;
  const archive = s3ArchiveReader({ s3: s3Client(), bucket, client: documentClient(), table });
  return awsExports({ archive, rollups, compression: zstd() });
};
