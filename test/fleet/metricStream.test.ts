import { createHash } from 'node:crypto';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { decodeMetricStream } from '../../core/telemetry/metricStream/decode.ts';
import { splitMessages } from '../../core/telemetry/metricStream/lengthDelimited.ts';
import { door, NOW } from '../core/otlp/door.ts';

/** From opentelemetry-proto 1.0.0, written down here by its own field numbers: what CloudWatch's producer encodes with. */
const ROOT = protobuf
  .parse(`
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; }
message Metric { string name = 1; string description = 2; string unit = 3; oneof data { Summary summary = 11; Gauge gauge = 5; } }
message Gauge { repeated SummaryDataPoint data_points = 1; }
message Summary { repeated SummaryDataPoint data_points = 1; }
message SummaryDataPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  double sum = 5; repeated ValueAtQuantile quantile_values = 6; uint32 flags = 8;
  message ValueAtQuantile { double quantile = 1; double value = 2; }
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; KeyValueList kvlist_value = 6; } }
message KeyValueList { repeated KeyValue values = 1; }
`)
  .root.lookupType('ExportMetricsServiceRequest');

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const START = NOW - 120_000;

interface Point {
  metric: string;
  dimensions: Record<string, string>;
  count?: number;
  sum: number;
  startMs?: number;
}

/** One record of the stream as AWS documents it: requests, each preceded by its length. */
const record = (...requests: Point[][]): Uint8Array =>
  Buffer.concat(
    requests.map((points) =>
      ROOT.encodeDelimited(
        ROOT.fromObject({
          resourceMetrics: [
            {
              resource: {
                attributes: [
                  text('cloud.provider', 'aws'),
                  text('cloud.account.id', '123456789012'),
                  text('cloud.region', 'eu-west-1'),
                  text('aws.exporter.arn', 'arn:aws:cloudwatch:eu-west-1:123456789012:metric-stream/fleet'),
                ],
              },
              scopeMetrics: [
                {
                  metrics: points.map(({ metric, dimensions, count = 1, sum, startMs = START }) => ({
                    name: `amazonaws.com/Modelmeter/Fleet/${metric}`,
                    unit: '1',
                    summary: {
                      dataPoints: [
                        {
                          startTimeUnixNano: `${startMs}000000`,
                          timeUnixNano: `${startMs + 60_000}000000`,
                          count,
                          sum,
                          quantileValues: [
                            { quantile: 0, value: sum / count },
                            { quantile: 1, value: sum / count },
                          ],
                          attributes: [
                            text('Namespace', 'Modelmeter/Fleet'),
                            text('MetricName', metric),
                            {
                              key: 'Dimensions',
                              value: {
                                kvlistValue: { values: Object.entries(dimensions).map(([k, v]) => text(k, v)) },
                              },
                            },
                          ],
                        },
                      ],
                    },
                  })),
                },
              ],
            },
          ],
        }),
      ).finish(),
    ),
  );

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
