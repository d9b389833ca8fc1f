import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3BatchLog, s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import type { Batch } from '../../core/telemetry/batch.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { type Lambda, lambda } from '../aws/lambda.ts';
import { awsConfig, hasMoto, type Service, startMoto } from '../aws/services.ts';
import { streamRecord } from './streamRecord.ts';

const BUCKET = 'data';
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe.skipIf(!hasMoto)('the receiver of the metric stream, bundled, over the wire', () => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-stream-'));
  let moto: Service;
  let log: S3BatchLog;
  let fn: Lambda;

  beforeAll(async () => {
    moto = await startMoto();
    const client = new S3Client(awsConfig(moto.endpoint));
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    log = s3BatchLog({ client, bucket: BUCKET });
    const env = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: moto.endpoint,
      DATA_BUCKET: BUCKET,
    };
    fn = lambda({ name: 'metric-stream', file: await bundle('metric-stream', dir), env });
  });
  afterAll(async () => {
    await fn.kill();
    await moto.stop();
    rmSync(dir, { recursive: true });
  });

  const kept = async (): Promise<Batch[]> => {
    const batches: Batch[] = [];
    for await (const { id } of log.list('')) batches.push((await log.read(id))!);
    return batches;
  };

  it('keeps all records of an invocation as one batch, once, and leaves Firehose only what it cannot read', async () => {
    const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 120_000;
    const point = (index: string) => ({
      metric: 'nvidia_smi_utilization_gpu',
      dimensions: { InstanceId: 'i-0abc', index },
      sum: 7,
      startMs,
    });
    const data = [base64(streamRecord([point('0')])), 'bm8gcmVjb3Jk', base64(streamRecord([point('1')], [point('2')]))];
    const event = {
      invocationId: '1',
      deliveryStreamArn: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/fleet',
      region: 'us-east-1',
      records: data.map((each, i) => ({ recordId: `r${i}`, approximateArrivalTimestamp: startMs, data: each })),
    };

    const answers = [await fn.invoke(event), await fn.invoke(event)];

    for (const answer of answers)
      expect(answer).toEqual({
        records: [
          { recordId: 'r0', result: 'Dropped', data: data[0] },
          { recordId: 'r1', result: 'ProcessingFailed', data: data[1] },
          { recordId: 'r2', result: 'Dropped', data: data[2] },
        ],
      });
    const batches = await kept();
    expect(batches).toHaveLength(1);
    expect(batches[0]!.content.samples.map(({ metric, labels }) => `${metric} ${labels.host} ${labels.gpu}`)).toEqual([
      'gpu.utilization i-0abc 0',
      'gpu.utilization i-0abc 1',
      'gpu.utilization i-0abc 2',
    ]);
  });
});
