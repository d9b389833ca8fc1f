import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { contentOf } from '../../adapters/payload.ts';
import type { Principal } from '../../core/ports.ts';
import { mockAws } from '../aws/mockAws.ts';
import { eventOf } from './gateway.ts';
import { invoke } from './invoke.ts';

const WRITER: Principal = { id: 'key:test', roles: ['writer'], teams: [] };
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:salt-AbCdEf';

const s3 = mockAws(S3Client);
let secrets: Server;
/** What Secrets Manager was asked, and what it answers next. */
let asked: { target: unknown; body: unknown }[];
let secretStatus: number;
let handler: unknown;

beforeAll(async () => {
  asked = [];
  secretStatus = 200;
  secrets = createServer(async (request, response) => {
    asked.push({ target: request.headers['x-amz-target'], body: JSON.parse(await text(request)) });
    response.writeHead(secretStatus).end(JSON.stringify({ ARN: SECRET_ARN, SecretString: 'salt' }));
  });
  await new Promise<void>((resolve) => secrets.listen(0, '127.0.0.1', resolve));
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`,
    DATA_BUCKET: 'data',
    KEEP_CONTENT: 'false',
    REPLICA_LABELS: '',
    HASH_SECRET_ARN: SECRET_ARN,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  s3.on(PutObjectCommand).resolves({});
  ({ handler } = await import('../../lambdas/ingest/handler.ts'));
});
beforeEach(() => {
  s3.reset();
});
afterAll(() => {
  vi.unstubAllEnvs();
  s3.restore();
  secrets.closeAllConnections();
  secrets.close();
});

const anEvent = { kind: 'inference', deployment: 'd', latencyMs: 5, status: 'ok', client: 'ann' };
const send = async (principal: Principal | undefined = WRITER, events: object = anEvent) => {
  const headers = { 'content-type': 'application/json', host: 'api.example' };
  const event = eventOf({
    incoming: { method: 'POST', url: '/v1/events', headers },
    body: Buffer.from(JSON.stringify(events)),
    principal,
  });
  const {
    statusCode,
    headers: told,
    body,
  } = await invoke<{ statusCode: number; headers: Record<string, string>; body: string }>(handler, event);
  return { status: statusCode, headers: told, body: JSON.parse(body) };
};
/** An error as the SDK throws it. */
const anError = (name: string, httpStatusCode: number, message = '') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

describe('the door in AWS', () => {
  it('gives clients pseudonyms by a secret, read once, and takes nothing in while that cannot be read', async () => {
    s3.on(PutObjectCommand).resolves({});
    asked = [];
    secretStatus = 400;
    const refused = await send();
    secretStatus = 200;
    const taken = await send();
    await send();

    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(taken.status).toBe(202);
    expect(asked.filter(({ target }) => target === 'secretsmanager.GetSecretValue')).toHaveLength(2);
    expect(asked[0]!.body).toEqual({ SecretId: SECRET_ARN });
    const { input } = s3.commandCalls(PutObjectCommand)[0]!.args[0];
    expect(contentOf(input.Body as Uint8Array).events).toMatchObject([
      { client: expect.stringMatching(/^client-[\w-]{16}$/) },
    ]);
  });

  it('answers 503 with Retry-After when S3 is too busy', async () => {
    s3.on(PutObjectCommand).rejects(anError('SlowDown', 503));

    const { status, headers } = await send();

    expect(status).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers 503 when S3 fails, and says nothing of what AWS said', async () => {
    const message = 'User: arn:aws:sts::123456789012:assumed-role/secret-role is not authorized';
    s3.on(PutObjectCommand).rejects(anError('AccessDenied', 403, message));

    const { status, headers, body } = await send();

    expect([status, headers['retry-after'], body.type]).toEqual([503, '5', 'urn:modelmeter:error:storageFailed']);
    expect(JSON.stringify(body)).not.toContain('arn:aws');
  });

  it('counts what it keeps and what it does not, as lines of the log that CloudWatch makes metrics of', async () => {
    s3.on(PutObjectCommand).resolves({});
    const printed = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);

    await send(WRITER, [anEvent, anEvent, { kind: 'inference' }]);
    await send(WRITER, [{ kind: 'inference' }]);
    const lines = printed.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('_aws'));
    printed.mockRestore();

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { IngestedItems: [2], RejectedItems: [1] },
      { RejectedItems: [1] },
    ]);
    const [{ Namespace, Dimensions, Metrics }] = JSON.parse(lines[0]!)._aws.CloudWatchMetrics;
    expect([Namespace, Dimensions]).toEqual(['Modelmeter', [[]]]);
    expect(Metrics).toEqual(
      expect.arrayContaining([
        { Name: 'IngestedItems', Unit: 'Count' },
        { Name: 'RejectedItems', Unit: 'Count' },
      ]),
    );
  });

  it('answers 401 where the authoriser said nothing, and 403 to who may not write', async () => {
    expect((await send({ ...WRITER, roles: ['reader'] })).status).toBe(403);
    const event = eventOf({
      incoming: { method: 'POST', url: '/v1/events', headers: { 'content-type': 'application/json' } },
      body: Buffer.from('{}'),
      principal: undefined,
    });
    expect(await invoke(handler, event)).toMatchObject({ statusCode: 401 });
  });
});
