import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetBucketEncryptionCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConfig, hasMoto, type Service, startMoto } from '../aws/services.ts';
import { deployToMoto } from './deployed.ts';
import { synthesised } from './synthesised.ts';
import { whatMotoCan } from './whatMotoCan.ts';

/**
 * What moto makes of the templates. It takes without a word, and does not do: versions, lifecycle rules, notifications, public
 * access blocks and bucket keys of S3; TTL, point-in-time recovery and encryption of DynamoDB. data.test.ts looks at those in the
 * template.
 */
describe.skipIf(!hasMoto)('deployed to moto', () => {
  const { assembly } = synthesised();
  let moto: Service;
  let stacks: Awaited<ReturnType<typeof deployToMoto>>;
  beforeAll(async () => {
    moto = await startMoto();
    stacks = await deployToMoto(moto.endpoint, assembly);
  });
  afterAll(() => moto?.stop());

  const output = (stack: string, name: string): string => stacks.get(stack)!.outputs[name]!;

  it('takes every stack, after the toolkit of the CDK', () => {
    expect(Object.fromEntries([...stacks].map(([name, { status }]) => [name, status]))).toEqual(
      Object.fromEntries(
        ['CDKToolkit', ...assembly.stacks.map(({ stackName }) => stackName)].map((name) => [name, 'CREATE_COMPLETE']),
      ),
    );
  });

  it('makes every resource that moto knows', async () => {
    const client = new CloudFormationClient(awsConfig(moto.endpoint));

    for (const { stackName, template } of assembly.stacks) {
      const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stackName }));

      // By number: moto forgets the logical names of alarms and of policies of topics.
      expect(StackResources, stackName).toHaveLength(Object.keys(whatMotoCan(template).Resources).length);
    }
  });

  it('protects the tables, and keys them as the stores do', async () => {
    const client = new DynamoDBClient(awsConfig(moto.endpoint));

    for (const name of ['RollupsTable', 'StateTable']) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: output('ModelmeterData', name) }));

      expect(Table).toMatchObject({
        DeletionProtectionEnabled: true,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
    }
  });

  it('encrypts the bucket under the key', async () => {
    const client = new S3Client(awsConfig(moto.endpoint));
    const Bucket = output('ModelmeterData', 'DataBucket');

    const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }));

    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: output('ModelmeterData', 'KeyArn'),
    });
  });

  it('sends what fails five times to the dead letters', async () => {
    const client = new SQSClient(awsConfig(moto.endpoint));
    const attributesOf = async (name: string) => {
      const QueueUrl = output('ModelmeterApp', name);
      return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes!;
    };

    const queue = await attributesOf('BatchQueueUrl');
    const deadLetters = await attributesOf('BatchDeadLetterQueueUrl');

    expect(JSON.parse(queue.RedrivePolicy!)).toEqual({
      maxReceiveCount: 5,
      deadLetterTargetArn: deadLetters.QueueArn,
    });
  });
});
