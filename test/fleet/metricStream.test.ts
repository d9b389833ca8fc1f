import { createHash } from 'node:crypto';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { decodeMetricStream } from '../../core/telemetry/metricStream/decode.ts';
import { splitMessages } from '../../core/telemetry/metricStream/lengthDelimited.ts';
import { door, NOW } from '../core/otlp/door.ts';
import { type StreamedPoint, streamRecord } from './streamRecord.ts';

const START = NOW - 120_000;
const record = (...requests: (Omit<StreamedPoint, 'startMs'> & { startMs?: number })[][]) =>
  streamRecord(...requests.map((points) => points.map((point) => ({ startMs: START, ...point }))));

const GPU = { InstanceId: 'i-0abc', InstanceType: 'g5.12xlarge', index: '2', name: 'NVIDIA A10G' };
const PLACE = { account: '123456789012', region: 'eu-west-1' };

describe('records of a metric stream', () => {
  it('become samples of the catalogue: MiB are bytes, InstanceId is the host, the minute’s start its time', () => {
    const body = record(
      [{ metric: 'nvidia_smi_memory_used', dimensions: GPU, sum: 2048 }],
      [
        { metric: 'nvidia_smi_utilization_gpu', dimensions: GPU, sum: 180, count: 2 },
        { metric: 'disk_used_percent', dimensions: { InstanceId: 'i-0abc', path: '/data' }, sum: 71.5 },
      ],
    );

    const { content, accepted, rejected } = decodeMetricStream(body, door());

    const gpu = { host: 'i-0abc', instanceType: 'g5.12xlarge', gpu: '2', gpuModel: 'NVIDIA A10G', ...PLACE };
    expect({ accepted, rejected }).toEqual({ accepted: 3, rejected: [] });
    expect(content.samples).toEqual([
      { metric: 'gpu.memoryUsed', kind: 'gauge', labels: gpu, timestamp: START, value: 2048 * 1024 * 1024 },
      { metric: 'gpu.utilization', kind: 'gauge', labels: gpu, timestamp: START, value: 90 },
      {
        metric: 'host.diskUtilization',
        kind: 'gauge',
        labels: { host: 'i-0abc', mountpoint: '/data', ...PLACE },
        timestamp: START,
        value: 71.5,
      },
    ]);
  });

  it('keep what is right beside what is wrong', () => {
    const body = record([
      { metric: 'mem_used_percent', dimensions: {}, sum: 0, count: 0 },
      { metric: 'mem_used_percent', dimensions: {}, sum: 1, startMs: NOW - 40 * 86_400_000 },
      { metric: 'mem_used_percent', dimensions: {}, sum: 50 },
    ]);

    const { accepted, rejected } = decodeMetricStream(body, door());

    expect(accepted).toBe(1);
    expect(rejected.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'resourceMetrics[0].scopeMetrics[0].metrics[0].summary.dataPoints[0].count: is 0: there is no average',
      expect.stringContaining('35 days old'),
    ]);
  });

  it('are refused whole when they are cut off, or no such messages at all', () => {
    const body = record([{ metric: 'mem_used_percent', dimensions: {}, sum: 1 }]);

    expect(() => decodeMetricStream(body.subarray(0, body.length - 3), door())).toThrow(/of which/);
    expect(() => decodeMetricStream(Buffer.from('[{"index":1}]'), door())).toThrow(/expected messages/);
    expect(splitMessages(new Uint8Array())).toEqual([]);
    expect(() => splitMessages(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0x01]))).toThrow(/32 bits/);
  });

  it('are split where the producer of another implementation put the lengths, whatever they are', () => {
    const bodies = [0, 1, 127, 128, 300, 70_000].map((length) =>
      createHash('shake256', { outputLength: length }).digest(),
    );
    const delimited = Buffer.concat(
      bodies.flatMap((body) => [protobuf.Writer.create().uint32(body.length).finish(), body]),
    );

    expect(splitMessages(delimited).map((message) => Buffer.from(message))).toEqual(bodies);
  });
});
