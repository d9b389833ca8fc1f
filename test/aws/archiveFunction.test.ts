import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceBatches } from '../../adapters/aws/announceBatches.ts';
import { BatchNotice } from '../../adapters/aws/batchNotice.ts';
import { environment } from '../../bench/handlers/environment.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { gateway } from '../lambdas/gateway.ts';
import { type ArchiveWorld, archiveWorld, calls, NOON } from './archiveWorld.ts';
import { type Lambda, lambda } from './lambda.ts';
import { awsConfig, hasMoto, type Service, startMoto } from './services.ts';

const SPAN = {
  ...{ traceId: 't', spanId: 's', name: 'chat', kind: 'client', timestamp: NOON, durationMs: 1, status: 'ok' },
  ...{ resource: {}, attributes: {} },
};

describe.skipIf(!hasMoto)('the functions around the archive', () => {
  let moto: Service;
  let sqs: SQSClient;
  let queueUrl: string;
  let world: ArchiveWorld;
  let dir: string;
  let [archive, api]: Lambda[] = [];
  let gate: Awaited<ReturnType<typeof gateway>>;
  beforeAll(async () => {
    moto = await startMoto();
    sqs = new SQSClient(awsConfig(moto.endpoint));
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'batches' }))).QueueUrl!;
    world = await archiveWorld({ s3: moto.endpoint, dynamo: moto.endpoint });
    dir = mkdtempSync(join(tmpdir(), 'modelmeter-archive-function-'));
    const { region, credentials } = awsConfig(moto.endpoint);
    const env = {
      ...environment,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL: moto.endpoint,
      DATA_BUCKET: world.bucket,
      ROLLUPS_TABLE: world.table,
      BATCH_QUEUE_URL: queueUrl,
    };
    const start = async (name: string) =>
      lambda({ name, file: await bundle(name, join(dir, name)), env, timeoutMs: 840_000 });
    [archive, api] = await Promise.all(['archive', 'api'].map(start));
    gate = await gateway({
      handler: (event) => api!.invoke(event) as never,
      principalOf: async () => ({ id: 'ann', roles: ['reader'], teams: [] }),
    });
  }, 60_000);
  afterAll(async () => {
    await gate?.stop();
    await Promise.all([archive?.kill(), api?.kill()]);
    await moto?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('moves what waits into files, when it is started and when it is started again', async () => {
    await world.rolled({ events: calls(10) }, { events: calls(10, calls(11)[10]!.timestamp) });

    await archive!.invoke({});
    await archive!.invoke({});

    expect(await world.jobs.waiting()).toEqual([]);
    expect(await world.allFiles()).toHaveLength(1);
    expect(await world.read('inference')).toEqual(calls(20));
  }, 30_000);

  it.each(['ndjson', 'csv', 'parquet'])('answers an export as %s, of files and of what waits', async (format) => {
    await world.rolled({ spans: [{ ...SPAN, spanId: format }] });

    const path = `/v1/export/events?kind=span&from=2025-11-20&to=2025-11-21&format=${format}`;
    const response = await fetch(gate.url + path);

    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(body.toString('latin1')).toContain(format === 'parquet' ? 'PAR1' : format);
  });

  it('announces batches as the roll-up understands', async () => {
    const ids = Array.from({ length: 23 }, (_, i) => i.toString(16).padStart(64, '0'));

    await announceBatches({ client: sqs, url: queueUrl })(ids);

    const told: string[] = [];
    while (told.length < ids.length) {
      const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(receive);
      expect(Messages).not.toEqual([]);
      for (const { Body } of Messages) told.push(...BatchNotice.parse(JSON.parse(Body!)));
    }
    expect(told.sort()).toEqual(ids);
  });
});
