import { S3Client } from '@aws-sdk/client-s3';
import { PATIENCE } from './patience.ts';

/** Stand-ins for AWS, which an endpoint is given for, know buckets by path, not by host name. */
const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env;
const forcePathStyle = (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined;

export const s3Client = () => new S3Client({ ...PATIENCE, forcePathStyle });
