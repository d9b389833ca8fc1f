import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { s3BlockBytes } from '../../adapters/aws/s3BlockBytes.ts';
import { zstd } from '../../adapters/zstd.ts';
import type { ChatMessage } from '../../core/alerts/chatMessage.ts';
import { cardinalityGuard, DEFAULT_LIMITS } from '../../core/rollups/cardinality.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import { applyBatches } from '../../core/usecases/rollUp.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { type Lambda, lambda } from '../aws/lambda.ts';
import { awsConfig, createTables, hasMoto, type Service, startMoto } from '../aws/services.ts';
import { sample } from '../usecases/world.ts';

const BUCKET = 'data';
const MINUTE = 60_000;

describe.skipIf(!hasMoto)('the evaluation, bundled, over the wire', () => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-evaluate-'));
  let moto: Service;
  let fn: Lambda;
  let told: () => Promise<ChatMessage[]>;

  beforeAll(async () => {
    moto = await startMoto();
    const config = awsConfig(moto.endpoint);
    const s3 = new S3Client(config);
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const tables = await createTables(new DynamoDBClient(config));
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
    const [sns, sqs] = [new SNSClient(config), new SQSClient(config)];
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'warning' }));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'channel' }));
    const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:channel';
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    told = async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return Messages.map(({ Body }) => JSON.parse(Body!));
    };

    const now = Date.now();
    const labels = { host: 'i-0abc', gpu: '1' };
    const samples = Array.from({ length: 100 }, (_, i) => now - i * MINUTE).flatMap((at) => [
      sample('gpu.memoryUsed', 'gauge', at, 20e9, labels),
      sample('gpu.memoryTotal', 'gauge', at, 24e9, labels),
      sample('gpu.utilization', 'gauge', at, 0, labels),
    ]);
    const rollups = dynamoRollupStore({
      client,
      table: tables.rollups,
      bytes: s3BlockBytes({ client: s3, bucket: BUCKET }),
    });
    const deployments = dynamoDeploymentStore({ client, table: tables.state });
    const guard = cardinalityGuard(DEFAULT_LIMITS);
    await applyBatches({ rollups, deployments, compression: zstd(), guard })(
      [{ id: 'a', receivedAt: now, content: { ...emptyContent(), samples } }],
      now,
    );
    fn = lambda({
      name: 'evaluate',
      file: await bundle('evaluate', dir),
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: moto.endpoint,
        DATA_BUCKET: BUCKET,
        ROLLUPS_TABLE: tables.rollups,
        STATE_TABLE: tables.state,
        TIME_SERIES_STORE: 'dynamodb',
        TOPIC_CRITICAL: TopicArn,
        TOPIC_WARNING: TopicArn,
        TOPIC_INFO: TopicArn,
        RUNBOOK_URL: 'https://example.com/runbook.md',
        VRAM_PERCENT: '97',
        GPU_IDLE_PERCENT: '2',
        GPU_IDLE_MIN: '60',
      },
    });
  });
  afterAll(async () => {
    await fn?.kill();
    await moto.stop();
    rmSync(dir, { recursive: true });
  });

  it('tells the channel of a GPU that is held and idle, once, in the schema that Chatbot shows', async () => {
    await fn.invoke({});
    await fn.invoke({});

    const messages = await told();
    expect(messages).toMatchObject([
      {
        version: '1.0',
        source: 'custom',
        content: { title: ':large_yellow_circle: GPU 1 of i-0abc is held and idle' },
        metadata: { threadId: 'gpu-idle-held/i-0abc/1' },
      },
    ]);
    expect(messages[0]!.content.description).toContain('https://example.com/runbook.md#gpu-idle-held');
  });
});
