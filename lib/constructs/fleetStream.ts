import { Stack } from 'aws-cdk-lib';
import { CfnMetricStream } from 'aws-cdk-lib/aws-cloudwatch';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FLEET_NAMESPACE, STREAMED } from '../../core/metrics/cloudWatch.ts';
import { onObjects } from '../grants.ts';
import { PREFIXES } from '../prefixes.ts';

export interface FleetStreamProps {
  /** Keeps the records and drops them, so that Firehose has nothing to deliver. */
  readonly receiver: IFunction;
  /** For records that cannot be read. */
  readonly bucket: IBucket;
  readonly key: IKey;
}

/** The fleet's metrics into our rollups: CloudWatch metric stream → Firehose → a function that keeps them as a batch. */
export class FleetStream extends Construct {
  /** Name of the delivery stream. */
  readonly deliveryStream: string;

  constructor(scope: Construct, id: string, { receiver, bucket, key }: FleetStreamProps) {
    super(scope, id);
    const account = { 'aws:SourceAccount': Stack.of(this).account };
    const roleFor = (name: string, service: string): Role =>
      new Role(this, name, {
        assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, { conditions: { StringEquals: account } }),
      });
    const delivering = roleFor('Delivery', 'firehose');
    const policies = this.mayDeliver(delivering, { receiver, bucket, key });
    const firehose = new CfnDeliveryStream(this, 'Firehose', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: delivering.roleArn,
        prefix: PREFIXES.undelivered,
        errorOutputPrefix: `${PREFIXES.undelivered}!{firehose:error-output-type}/`,
        bufferingHints: { intervalInSeconds: 60, sizeInMBs: 5 },
        encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } },
        processingConfiguration: { enabled: true, processors: [processor(receiver)] },
      },
    });
    firehose.node.addDependency(policies);
    this.deliveryStream = firehose.ref;
    const streaming = roleFor('Stream', 'streams.metrics.cloudwatch');
    streaming.addToPolicy(
      new PolicyStatement({
        actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        resources: [firehose.attrArn],
      }),
    );
    const stream = new CfnMetricStream(this, 'Metrics', {
      firehoseArn: firehose.attrArn,
      roleArn: streaming.roleArn,
      outputFormat: 'opentelemetry1.0',
      includeFilters: [{ namespace: FLEET_NAMESPACE, metricNames: STREAMED.map(({ name }) => name) }],
    });
    stream.node.addDependency(streaming);
  }

  private mayDeliver(role: Role, { receiver, bucket, key }: FleetStreamProps): IRole {
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [receiver.functionArn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [bucket.bucketArn],
      }),
    );
    onObjects({ bucket, key }, PREFIXES.undelivered, ['s3:PutObject', 's3:AbortMultipartUpload', 's3:GetObject'])(role);
    return role;
  }
}

const processor = (receiver: IFunction): CfnDeliveryStream.ProcessorProperty => ({
  type: 'Lambda',
  parameters: [
    { parameterName: 'LambdaArn', parameterValue: receiver.functionArn },
    { parameterName: 'BufferSizeInMBs', parameterValue: '1' },
    { parameterName: 'BufferIntervalInSeconds', parameterValue: '60' },
    { parameterName: 'NumberOfRetries', parameterValue: '3' },
  ],
});
