import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What the table calls a service, by the package of its client. */
const SERVICES: Readonly<Record<string, string>> = {
  'client-chatbot': 'chatbot',
  'client-cloudformation': 'cloudformation',
  'client-cloudwatch': 'cloudwatch',
  'client-cost-explorer': 'ce',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-lambda': 'lambda',
  'client-organizations': 'organizations',
  'client-s3': 's3',
  'client-sagemaker': 'sagemaker',
  'client-service-quotas': 'servicequotas',
  'client-sesv2': 'ses',
  'client-sns': 'sns',
  'client-sqs': 'sqs',
  'client-ssm': 'ssm',
  'client-sts': 'sts',
  'client-timestream-query': 'timestream',
  'client-timestream-write': 'timestream',
  'lib-dynamodb': 'dynamodb',
};

/** The document client has names of its own. */
const DOCUMENT_CALLS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  BatchGet: 'BatchGetItem',
  BatchWrite: 'BatchWriteItem',
  TransactWrite: 'TransactWriteItems',
};

/** Made without a client of the SDK: signed by hand, to keep it out of a bundle. */
const SIGNED_BY_HAND = ['secretsmanager:GetSecretValue'];

/** Every operation that a source text imports a command or a paginator of. */
const callsIn = (source: string): string[] =>
  [...source.matchAll(/import\s*{([^}]*)}\s*from\s*'@aws-sdk\/((?:client|lib)-[a-z0-9-]+)'/g)].flatMap(
    ([, names = '', library = '']) =>
      [...names.matchAll(/\b(?:([A-Z]\w+)Command|paginate([A-Z]\w+))\b/g)].map(([, command, paged]) => {
        const operation = command ?? paged!;
        const service = SERVICES[library] ?? library;
        return `${service}:${library === 'lib-dynamodb' ? (DOCUMENT_CALLS[operation] ?? operation) : operation}`;
      }),
  );

const made = () =>
  globSync('{adapters/aws,adapters/cli,lambdas}/**/*.ts', { cwd: root }).flatMap((path) =>
    callsIn(readFileSync(join(root, path), 'utf8')),
  );

/** The first column of the tables whose calls the source makes. */
const documented = () => {
  const [ours] = readFileSync(join(root, 'docs/aws.md'), 'utf8').split('## Made by AWS');
  return [...ours!.matchAll(/^\| `([a-z0-9]+:\w+)` \|/gm)].map(([, call]) => call!);
};

describe('docs/aws.md', () => {
  it('names every call that the source makes, once', () => {
    const listed = documented();

    expect([...new Set(made())].filter((call) => !listed.includes(call))).toEqual([]);
    expect(listed.filter((call, i) => listed.indexOf(call) !== i)).toEqual([]);
  });

  it('names no call that nobody makes', () => {
    const calls = new Set([...made(), ...SIGNED_BY_HAND]);

    expect(documented().filter((call) => !calls.has(call))).toEqual([]);
  });

  it('finds commands, paginators and those of the document client in a source text', () => {
    const source = `import { type S3Client, PutObjectCommand,\n  paginateListObjectsV2 } from '@aws-sdk/client-s3';
      import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';`;

    expect(callsIn(source)).toEqual(['s3:PutObject', 's3:ListObjectsV2', 'dynamodb:BatchGetItem']);
  });
});
