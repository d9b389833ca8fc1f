import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConfig, hasMoto, type Service, startMoto } from '../../aws/services.ts';
import { run } from '../harness.ts';

const PARAMETER = '/cdk-bootstrap/hnb659fds/version';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe.skipIf(!hasMoto)('modelmeter doctor --aws, against moto', () => {
  let moto: Service;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto?.stop());
  const doctor = (...args: string[]) =>
    run(['doctor', '--aws', ...args], {
      env: { ...CREDENTIALS, AWS_ENDPOINT_URL: moto.endpoint, AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' },
    });

  it('looks at the account, says how to bootstrap it, and ends with 1 for that', async () => {
    const { code, stdout } = await doctor();

    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ account 123456789012, region us-east-1, as arn:aws:/);
    expect(stdout).toMatch(
      /✗ us-east-1 is not bootstrapped for the CDK\n {4}→ npx cdk bootstrap aws:\/\/123456789012\/us-east-1/,
    );
    expect(stdout).toContain('is in no organisation and pays for itself');
    expect(stdout).toContain('nothing of Modelmeter is deployed in us-east-1 yet');
  }, 60_000);

  it('ends with 0 once it is bootstrapped, whatever moto has no answer to', async () => {
    const client = new SSMClient(awsConfig(moto.endpoint));
    await client.send(new PutParameterCommand({ Name: PARAMETER, Value: '33', Type: 'String' }));

    const { code, stdout } = await doctor('--region', 'us-east-1', '--paid');

    expect(code).toBe(0);
    expect(stdout).toContain('✓ CDK bootstrap of us-east-1: version 33');
    expect(stdout).toContain('✓ Cost Explorer answers (this question cost $0.01)');
    expect(stdout).not.toContain('Deserialization error'); // what the SDK says to programmers
  }, 60_000);

  it('wants to be told the region where nothing says it', async () => {
    const { code, stderr } = await run(['doctor', '--aws'], {
      env: { ...CREDENTIALS, AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null' },
    });

    expect(code).toBe(2);
    expect(stderr).toContain('no region is set: say --region eu-west-1');
  });
});
