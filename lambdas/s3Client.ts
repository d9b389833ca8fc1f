import { S3Client } from '@aws-sdk/client-s3';
import { PATIENCE } from './patience.ts';

/** Stand-ins for AWS, which an endpoint is given for, know buckets by path, not by host name. */
export const s3Client = () => new S3Client({ ...PATIENCE, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
