import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../lambdas/bundle.ts';

const root = join(import.meta.dirname, '../..');

/** What IAM asks for a command of the SDK, by its client; those of a transaction are any of four. */
const ACTIONS: Record<string, readonly string[]> = {
  'client-s3.PutObjectCommand': ['s3:PutObject'],
  'client-s3.HeadObjectCommand': ['s3:GetObject'],
  'client-s3.GetObjectCommand': ['s3:GetObject', 's3:ListBucket'], // told from what is gone
  'client-s3.ListObjectsV2Command': ['s3:ListBucket'],
  'client-s3.DeleteObjectCommand': ['s3:DeleteObject'],
  'client-s3.DeleteObjectsCommand': ['s3:DeleteObject'],
  'lib-dynamodb.GetCommand': ['dynamodb:GetItem'],
  'lib-dynamodb.BatchGetCommand': ['dynamodb:BatchGetItem'],
  'lib-dynamodb.QueryCommand': ['dynamodb:Query'],
  'lib-dynamodb.PutCommand': ['dynamodb:PutItem'],
  'lib-dynamodb.UpdateCommand': ['dynamodb:UpdateItem'],
  'lib-dynamodb.DeleteCommand': ['dynamodb:DeleteItem'],
  'lib-dynamodb.BatchWriteCommand': ['dynamodb:BatchWriteItem'],
  'lib-dynamodb.TransactWriteCommand': [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:ConditionCheckItem',
  ],
  'client-sqs.GetQueueAttributesCommand': ['sqs:GetQueueAttributes'],
  'client-sqs.SendMessageBatchCommand': ['sqs:SendMessage'],
  'client-sns.PublishCommand': ['sns:Publish'],
  'client-cloudwatch.ListMetricsCommand': ['cloudwatch:ListMetrics'],
  'client-cloudwatch.GetMetricDataCommand': ['cloudwatch:GetMetricData'],
  'client-ec2.DescribeInstancesCommand': ['ec2:DescribeInstances'],
  'client-sagemaker.ListEndpointsCommand': ['sagemaker:ListEndpoints'],
  'client-sagemaker.DescribeEndpointCommand': ['sagemaker:DescribeEndpoint'],
  'client-sagemaker.DescribeEndpointConfigCommand': ['sagemaker:DescribeEndpointConfig'],
  'client-sagemaker.ListTagsCommand': ['sagemaker:ListTags'],
  'client-cost-explorer.GetCostAndUsageCommand': ['ce:GetCostAndUsage'],
  'client-timestream-write.WriteRecordsCommand': ['timestream:WriteRecords', 'timestream:DescribeEndpoints'],
  'client-timestream-query.QueryCommand': ['timestream:Select', 'timestream:DescribeEndpoints'],
};

/** Calls that are made without a client of the SDK, by the file that makes them. */
const BY_HAND: Record<string, readonly string[]> = {
  'adapters/aws/readSecret.ts': ['secretsmanager:GetSecretValue'],
  'adapters/aws/iamApi.ts': ['execute-api:Invoke'],
};

/**
 * Actions that the code of a function can ask of AWS, sorted: all that stand in the files of its bundle, called or not.
 *
 * @throws Error on a command that is not in the table
 */
export const actionsInCode = async (name: string): Promise<string[]> => {
  const { metafile } = await build({ ...bundleOptions(name), metafile: true, minify: false });
  const files = Object.keys(metafile!.inputs).filter((path) => !path.includes('node_modules') && path.endsWith('.ts'));
  const actions = files.flatMap((path) => [
    ...(BY_HAND[path] ?? []),
    ...commandsIn(readFileSync(join(root, path), 'utf8')).flatMap((command) => {
      const asked = ACTIONS[command];
      if (!asked) throw new Error(`${path}: ${command} is not in the table of test/stacks/calls.ts`);
      return asked;
    }),
  ]);
  return [...new Set(actions)].sort();
};

/** `client-s3.PutObjectCommand` and the like, of the commands that a file makes. */
const commandsIn = (source: string): string[] =>
  [...source.matchAll(/import\s*\{([^}]*)\}\s*from\s*'@aws-sdk\/([\w-]+)'/g)].flatMap(([, names, client]) =>
    [...names!.matchAll(/\b(\w+Command)\b/g)]
      .filter(([, command]) => source.includes(`new ${command}(`))
      .map(([, command]) => `${client}.${command}`),
  );
