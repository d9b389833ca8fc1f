import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { batchNotice } from '../../adapters/aws/batchNotice.ts';
import { dynamoNoticeStore } from '../../adapters/aws/dynamoNoticeStore.ts';
import { batchKey, s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import type { Principal } from '../../core/ports.ts';
import type { QueryAnswer } from '../../core/usecases/query.ts';
import { startMemoryS3 } from '../aws/memoryS3.ts';
import { awsConfig, createTables, type Service, startDynalite } from '../aws/services.ts';
import { aNotice } from '../core/alerts/world.ts';
import { gateway } from './gateway.ts';
import { invoke, sqsEvent } from './invoke.ts';
import { sqsStub } from './sqsStub.ts';

/** The functions, one after the other as AWS would call them, over stand-ins of S3 and DynamoDB that speak their protocols. */

const BUCKET = 'data';
const PRINCIPAL: Principal = { id: 'key:test', roles: ['admin'], teams: [] };
const MINUTE = 60_000;

let services: Service[];
let api: { url: string; stop(): Promise<void> };
let functions: Record<'ingest' | 'api' | 'roll-up' | 'compact' | 'expire' | 'heartbeat', unknown>;
let batches: ReturnType<typeof s3BatchLog>;
let s3: S3Client;
let notices: ReturnType<typeof dynamoNoticeStore>;
const delivered = new Set<string>();

beforeAll(async () => {
  const [dynamo, objects, queue] = await Promise.all([
    startDynalite(),
    startMemoryS3(),
    sqsStub({ visible: 3, underWay: 1 }),
  ]);
  services = [dynamo, objects, queue];
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(dynamo.endpoint)));
  const { state } = await createTables(client);
  notices = dynamoNoticeStore({ client, table: state });
  s3 = new S3Client(awsConfig(objects.endpoint));
  batches = s3BatchLog({ client: s3, bucket: BUCKET });

  let handlerOf: (path: string) => unknown = () => undefined;
  api = await gateway({
    handler: (event, context) => (handlerOf(event.rawPath) as typeof invoke)(event, context) as never,
    principalOf: async () => PRINCIPAL,
  });
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_S3: objects.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    DATA_BUCKET: BUCKET,
    ROLLUPS_TABLE: 'rollups',
    STATE_TABLE: 'state',
    TIME_SERIES_STORE: 'dynamodb',
    BATCH_QUEUE_URL: `${queue.endpoint}/123456789012/batches`,
    KEEP_CONTENT: 'false',
    REPLICA_LABELS: '',
    VALUES_PER_DIMENSION: '2000',
    VALUES_PER_CLIENT: '10000',
    SERIES_PER_FAMILY: '50000',
    MINUTE_DAYS: '35',
    HOUR_DAYS: '120',
    DAY_DAYS: '456',
    API_URL: api.url,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const load = async (name: string) => (await import(`../../lambdas/${name}/handler.ts`)).handler as unknown;
  functions = {
    ingest: await load('ingest'),
    api: await load('api'),
    'roll-up': await load('roll-up'),
    compact: await load('compact'),
    expire: await load('expire'),
    heartbeat: await load('heartbeat'),
  };
  const takesIn = /\/v1\/(events|metrics|traces|logs|write)$/;
  handlerOf = (path) => (takesIn.test(path) ? functions.ingest : functions.api);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([api?.stop(), ...(services ?? []).map(({ stop }) => stop())]);
});

const send = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/v1/events`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const ask = async (query: string) => (await (await fetch(`${api.url}/v1/query?${query}`)).json()) as QueryAnswer;
/** What S3 would tell of objects that came since the last time, each twice. */
const deliver = async (): Promise<SQSBatchResponse> => {
  const bodies: string[] = [];
  for await (const { id } of batches.list('')) if (!delivered.has(id)) bodies.push(batchNotice(id));
  const answer = await invoke<SQSBatchResponse>(functions['roll-up'], sqsEvent(...bodies, ...bodies));
  for await (const { id } of batches.list('')) delivered.add(id);
  return answer;
};

const startMs = Math.floor((Date.now() - 90 * MINUTE) / MINUTE) * MINUTE;
const events = Array.from({ length: 50 }, (_, i) => ({
  kind: 'inference',
  timestamp: startMs + i * MINUTE,
  deployment: `d-${i % 3}`,
  model: 'm',
  team: 'search',
  latencyMs: 10 + i,
  status: 'ok',
  inputTokens: 100,
}));
const RANGE = `from=${startMs}&to=${startMs + 60 * MINUTE}`;

describe('the functions together', () => {
  it('take events in, and a retry once', async () => {
    const first = await send(events);
    const again = await send(events);

    expect(first.status).toBe(202);
    const receipt = await first.json();
    expect(receipt).toMatchObject({ accepted: 50, rejected: 0 });
    expect([again.status, again.headers.get('idempotent-replayed'), await again.json()]).toEqual([
      202,
      'true',
      receipt,
    ]);
    expect((await send([], { 'idempotency-key': 'k' })).status).toBe(400);
  });

  it('roll up what is delivered, each message twice', async () => {
    expect((await deliver()).batchItemFailures).toEqual([]);
    expect((await deliver()).batchItemFailures).toEqual([]);

    const { series } = await ask(`metric=inference.inputTokens&stat=sum&groupBy=team&step=all&${RANGE}`);
    expect(series).toMatchObject([{ labels: { team: 'search' }, points: [[startMs, 5000]] }]);
    const csv = await fetch(`${api.url}/v1/query?metric=inference.inputTokens&step=all&${RANGE}`, {
      headers: { accept: 'text/csv' },
    });
    expect(await csv.text()).toMatch(/^time,stat,value\r?\n/);
  });

  it('roll up the same again as one message that was sent anew, and count nothing twice', async () => {
    const bodies: string[] = [];
    for await (const { id } of batches.list('')) bodies.push(batchNotice(id));

    await invoke(functions['roll-up'], sqsEvent(...bodies));

    const { series } = await ask(`metric=inference.requests&step=all&${RANGE}`);
    expect(series[0]!.points).toEqual([[startMs, 50]]);
  });

  it('give back only the message whose batch cannot be read', async () => {
    await send([{ ...events[0], latencyMs: 99 }]);
    const broken = 'f'.repeat(64);
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: batchKey(broken), Body: 'no zstd', Metadata: { receivedat: '1' } }),
    );
    const good: string[] = [];
    for await (const { id } of batches.list('')) if (!delivered.has(id) && id !== broken) good.push(id);

    const { batchItemFailures } = await invoke<SQSBatchResponse>(
      functions['roll-up'],
      sqsEvent(batchNotice(good[0]!), batchNotice(broken), batchNotice('0'.repeat(64)), '{"Event":"s3:TestEvent"}'),
    );

    expect(batchItemFailures).toEqual([{ itemIdentifier: 'message-1' }, { itemIdentifier: 'message-2' }]);
    expect((await ask(`metric=inference.requests&step=all&${RANGE}`)).series[0]!.points).toEqual([[startMs, 51]]);
    delivered.add(broken).add(good[0]!);
  });

  it('answer the same after compaction and expiry', async () => {
    const query = `metric=inference.latency&stat=p50,p95,max&groupBy=deployment&step=10m&${RANGE}`;
    const before = await ask(query);

    await invoke(functions.compact, {});
    await invoke(functions.expire, {});
    await invoke(functions.compact, {});

    expect(before.series).toHaveLength(9);
    expect(await ask(query)).toEqual(before);
  });

  it('keep the registry, and say how they are', async () => {
    const address = `${api.url}/v1/deployments/d-1`;
    const told = await fetch(address, {
      method: 'PUT',
      body: '{"owner":"ann"}',
      headers: { 'content-type': 'application/json' },
    });

    expect(told.status).toBe(200);
    expect(await (await fetch(address)).json()).toMatchObject({ deployment: 'd-1', owner: 'ann', model: 'm' });
    expect(await (await fetch(`${api.url}/healthz`)).json()).toMatchObject({
      status: 'ok',
      backlogBatches: 4,
      newestRollupMs: expect.any(Number),
    });
    expect((await (await fetch(`${api.url}/openapi.json`)).json()) as object).toHaveProperty('paths');
    expect(await (await fetch(`${api.url}/v1/dimensions/team`)).json()).toMatchObject({ values: ['search'] });
  });

  it('say what is wrong now', async () => {
    await notices.add('sources', aNotice({ id: 'source-silent/d-1', deployment: 'd-1' }));

    const answer = await (await fetch(`${api.url}/v1/notices`)).json();

    expect(answer).toMatchObject({ notices: [{ id: 'source-silent/d-1', since: '2026-03-04T10:00:00.000Z' }] });
  });

  it('feel their own heart', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const ageSaid = () => {
      const lines = printed.mock.calls.flatMap(([line]) => String(line).match(/"HeartbeatAge":\[([\d.]+)/)?.[1] ?? []);
      return Number(lines.at(-1));
    };
    await invoke(functions.heartbeat, {});
    const first = ageSaid();
    await deliver();
    await invoke(functions.heartbeat, {});
    const second = ageSaid();
    printed.mockRestore();

    expect(first).toBe(7200);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThan(60);
  });
});
