import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { awsConfig } from '../aws/services.ts';
import { whatMotoCan } from './whatMotoCan.ts';

const bootstrapTemplate = join(
  dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')),
  'lib/api/bootstrap/bootstrap-template.yaml',
);

/** An empty zip: moto takes any code, and our tests run bundles themselves. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

/**
 * What `cdk bootstrap` and `cdk deploy --all` do, by the same calls, to moto: the toolkit's stack, the assets, the stacks in
 * order. (The CDK's own command stops at UpdateTerminationProtection, which moto lacks.)
 *
 * @returns each stack's status and outputs, by its name
 */
export const deployToMoto = async (endpoint: string, assembly: CloudAssembly) => {
  const client = new CloudFormationClient(awsConfig(endpoint));
  const s3 = new S3Client(awsConfig(endpoint));
  const create = async (StackName: string, TemplateBody: string) => {
    await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }));
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks![0]!;
  };
  const toolkit = await create('CDKToolkit', readFileSync(bootstrapTemplate, 'utf8'));
  const Bucket = toolkit.Outputs!.find(({ OutputKey }) => OutputKey === 'BucketName')!.OutputValue!;
  const stacks = new Map([['CDKToolkit', { status: toolkit.StackStatus, outputs: {} as Record<string, string> }]]);
  for (const { stackName, template } of assembly.stacks) {
    for (const Key of codeKeys(template)) await s3.send(new PutObjectCommand({ Bucket, Key, Body: EMPTY_ZIP }));
    const { StackStatus, Outputs = [] } = await create(stackName, JSON.stringify(whatMotoCan(template)));
    const outputs = Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
    stacks.set(stackName, { status: StackStatus, outputs });
  }
  return stacks;
};

const codeKeys = ({ Resources }: { Resources: Record<string, { Properties?: { Code?: { S3Key?: string } } }> }) =>
  Object.values(Resources).flatMap(({ Properties }) => Properties?.Code?.S3Key ?? []);
