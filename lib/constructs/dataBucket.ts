import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PREFIXES } from '../prefixes.ts';
import type { BatchQueue } from './batchQueue.ts';
import { lifecycleRules } from './dataLifecycle.ts';

export interface DataBucketProps {
  readonly key: IKey;
  /** Days that the archive is kept, at least 1. */
  readonly archiveDays: number;
  /** Is told of every new batch. */
  readonly batchQueue: BatchQueue;
}

const LOCKED = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** Enough to look into what happened lately; a year of them would be up to $0.004 of what a million events cost (bench/aws-cost). */
const ACCESS_LOG_DAYS = 14;

/** The bucket of batches, blocks and archive, and beside it the bucket of who accessed it. Both survive their stack. */
export class DataBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { key, archiveDays, batchQueue }: DataBucketProps) {
    super(scope, id);
    // S3 delivers its access logs to buckets under its own key only.
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...LOCKED,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        { expiration: Duration.days(ACCESS_LOG_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    this.bucket = new Bucket(this, 'Bucket', {
      ...LOCKED,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // What is deleted or overwritten comes back for a few days, so that a restored table finds the blocks it names.
      versioned: true,
      serverAccessLogsBucket: accessLogs,
      lifecycleRules: lifecycleRules(archiveDays),
    });
    Validations.of(this.bucket).acknowledge({
      id: 'CloudFormation-Validate::W9003',
      reason: 'sizes of objects are numbers in CDK and texts in CloudFormation, which takes both',
    });
    // As a property of the bucket: CDK's own way is a function that may change the notifications of every bucket.
    (this.bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: batchQueue.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: PREFIXES.batches }] } },
        },
      ],
    };
    this.bucket.node.addDependency(batchQueue.mayBeNotified);
  }
}
