import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { type S3BatchLog, s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import type { Batch } from '../../core/telemetry/batch.ts';
import { learnDeployments } from '../../core/usecases/deployments.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { type Lambda, lambda } from '../aws/lambda.ts';
import { awsConfig, createTables, hasMoto, type Service, startMoto } from '../aws/services.ts';
import { endpoint, trainingJob } from '../core/sources/announcements.ts';
import { converseRecord } from '../core/sources/records.ts';

const MINUTE = 60_000;
const BUCKET = 'data';
/** Now, since the door takes nothing older than 35 days. */
const now = () => new Date().toISOString();

describe.skipIf(!hasMoto)('functions of sources, bundled, over the wire', () => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-sources-'));
  const started: Lambda[] = [];
  let moto: Service;
  let log: S3BatchLog;
  let state: string;

  beforeAll(async () => {
    moto = await startMoto();
    const client = new S3Client(awsConfig(moto.endpoint));
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    state = (await createTables(new DynamoDBClient(awsConfig(moto.endpoint)))).state;
    log = s3BatchLog({ client, bucket: BUCKET });
  });
  afterAll(async () => {
    await Promise.all(started.map((each) => each.kill()));
    await moto.stop();
    rmSync(dir, { recursive: true });
  });

  const start = async (name: string, more: Record<string, string>) => {
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: moto.endpoint,
      DATA_BUCKET: BUCKET,
      ...more,
    };
    const fn = lambda({ name, file: await bundle(name, join(dir, name)), env });
    started.push(fn);
    return fn;
  };
  /** Batches that were not there before some work. */
  const keptBy = async (work: () => Promise<unknown>): Promise<Batch[]> => {
    const ids = async () => {
      const found: string[] = [];
      for await (const { id } of log.list('')) found.push(id);
      return found;
    };
    const before = new Set(await ids());
    await work();
    const fresh = (await ids()).filter((id) => !before.has(id));
    return Promise.all(fresh.map(async (id) => (await log.read(id))!));
  };

  it('bedrock-logs keeps the calls of a delivery once, without their texts', async () => {
    const fn = await start('bedrock-logs', { KEEP_CONTENT: 'false', REPLICA_LABELS: '' });
    const message = JSON.stringify({ ...converseRecord, timestamp: now() });
    const delivery = {
      messageType: 'DATA_MESSAGE',
      logGroup: 'calls',
      logEvents: [{ id: '1', timestamp: 0, message }],
    };
    const event = { awslogs: { data: gzipSync(JSON.stringify(delivery)).toString('base64') } };

    const batches = await keptBy(async () => {
      await fn.invoke(event);
      await fn.invoke(event);
    });

    expect(batches).toHaveLength(1);
    const { events } = batches[0]!.content;
    expect(events).toMatchObject([{ kind: 'inference', outputTokens: 38, team: 'support', status: 'ok' }]);
    expect(JSON.stringify(events)).not.toMatch(/hello|doing well/);
    expect(batches[0]!.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('bedrock-logs refuses what is no delivery, so that it is parked', async () => {
    const fn = await start('bedrock-logs', { KEEP_CONTENT: 'false', REPLICA_LABELS: '' });

    await expect(fn.invoke({ awslogs: { data: 'AAAA' } })).rejects.toThrow(/no delivery of CloudWatch Logs/);
  });

  it('observe keeps what is announced once, and tells scaling from a release by the registry', async () => {
    const fn = await start('observe', { STATE_TABLE: state });
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(moto.endpoint)), {
      marshallOptions: { removeUndefinedValues: true },
    });

    const [released] = await keptBy(() => fn.invoke({ ...endpoint({ LastModifiedTime: 1 }), time: now() }));
    await learnDeployments({ deployments: dynamoDeploymentStore({ client, table: state }) })(
      released!.content.events,
      Date.now(),
    );
    const [scaled] = await keptBy(() => fn.invoke({ ...endpoint({ LastModifiedTime: 2 }), time: now() }));
    const jobs = await keptBy(async () => {
      for (let i = 0; i < 2; i++) await fn.invoke({ ...trainingJob(), time: now() });
    });

    expect([released, scaled].map((batch) => batch!.content.events[0])).toMatchObject([
      { action: 'released', deployment: 'ranker', modelVersion: 'ranker-v7' },
      { action: 'scaled' },
    ]);
    expect(jobs).toHaveLength(1);
  });

  it('observe refuses an announcement of another shape', async () => {
    const fn = await start('observe', { STATE_TABLE: state });

    await expect(fn.invoke({ ...endpoint(), detail: {} })).rejects.toThrow(/EndpointName/);
  });

  it('read-metrics keeps what CloudWatch has, and how much it read', async () => {
    const client = new CloudWatchClient(awsConfig(moto.endpoint));
    const at = Math.floor(Date.now() / MINUTE) * MINUTE - 12 * MINUTE;
    await client.send(
      new PutMetricDataCommand({
        Namespace: '/aws/sagemaker/Endpoints',
        MetricData: [
          {
            MetricName: 'GPUMemoryUtilization',
            Dimensions: [
              { Name: 'EndpointName', Value: 'ranker' },
              { Name: 'VariantName', Value: 'AllTraffic' },
            ],
            Timestamp: new Date(at + 1000),
            Value: 317,
          },
        ],
      }),
    );
    const fn = await start('read-metrics', {
      ACCOUNT: '123456789012',
      BEDROCK: 'true',
      SAGEMAKER: 'true',
      READ_EVERY_MIN: '5',
      MAX_METRICS_PER_READ: '100',
    });

    const batches = await keptBy(() => fn.invoke({}));

    expect(batches.flatMap(({ content }) => content.samples)).toEqual([
      {
        metric: 'sagemaker.gpuMemoryUtilization',
        kind: 'gauge',
        labels: {
          provider: 'aws.sagemaker',
          operation: 'inference',
          deployment: 'ranker',
          variant: 'AllTraffic',
          account: '123456789012',
          region: 'us-east-1',
        },
        timestamp: at,
        value: 317,
      },
      expect.objectContaining({ metric: 'source.metricsRead', value: 1 }),
      expect.objectContaining({ metric: 'source.metricsLeftOut', value: 0 }),
    ]);
  });
});
