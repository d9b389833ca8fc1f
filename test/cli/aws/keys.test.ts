import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConfig, hasMoto, type Service, startMoto } from '../../aws/services.ts';
import { run } from '../harness.ts';

const STACK = {
  Resources: {
    State: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    },
  },
  Outputs: { StateTable: { Value: { Ref: 'State' } } },
};

describe.skipIf(!hasMoto)('modelmeter keys --aws, on moto', () => {
  let moto: Service;
  beforeAll(async () => {
    moto = await startMoto();
    const client = new CloudFormationClient(awsConfig(moto.endpoint));
    await client.send(new CreateStackCommand({ StackName: 'ModelmeterData', TemplateBody: JSON.stringify(STACK) }));
    const { Outputs: _, ...bare } = STACK;
    await client.send(new CreateStackCommand({ StackName: 'Bare', TemplateBody: JSON.stringify(bare) }));
  });
  afterAll(() => moto?.stop());
  const keys = (...args: string[]) =>
    run(['keys', ...args, '--aws'], {
      env: {
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    });

  it('makes, lists and revokes keys in the table that the stack names', async () => {
    const made = await keys('create', '--name', 'ci', '--role', 'writer', '--team', 'search');
    expect([made.code, made.stderr]).toEqual([
      0,
      expect.stringContaining('of ModelmeterData in us-east-1: ci, writer'),
    ]);
    const id = made.stdout.slice(3, 15);

    const revoked = await keys('revoke', id);
    const listed = await keys('list', '--json');

    expect(revoked.stdout).toContain('within 60 s');
    expect(JSON.parse(listed.stdout)).toEqual([expect.objectContaining({ id, teams: ['search'], state: 'revoked' })]);
  });

  it('says which stack or output there is not', async () => {
    expect((await keys('list', '--stack', 'Nope')).stderr).toMatch(/there is no stack Nope here/);
    expect((await keys('list', '--stack', 'Bare')).stderr).toMatch(/Bare has no output StateTable/);
  });
});
