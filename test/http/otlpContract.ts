import { gzipSync } from 'node:zlib';
import { parse } from 'protobufjs';
import SnappyJS from 'snappyjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE, type StartServer, type TestServer } from './testServer.ts';

/** How OTLP and remote write are taken in, by every door. */
export const otlpContract = (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const PROTOBUF_TYPE = { 'Content-Type': 'application/x-protobuf' };
  const nowNs = `${Date.now()}000000`;
  const metrics = (points: object[]) =>
    JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: points } }] }] }],
    });
  const good = { timeUnixNano: nowNs, asDouble: 1 };
  const old = { timeUnixNano: '1000000000', asDouble: 1 };

  const { root } = parse(`syntax = "proto3";
    message Response { Partial partial_success = 1; message Partial { int64 rejected = 1; string error_message = 2; } }
    message Status { int32 code = 1; string message = 2; }
    message Gauge { repeated Point data_points = 1; }
    message Point { fixed64 time_unix_nano = 3; double as_double = 4; }
    message Metric { string name = 1; Gauge gauge = 5; }
    message Scope { repeated Metric metrics = 2; }
    message Resource { repeated Scope scope_metrics = 2; }
    message Metrics { repeated Resource resource_metrics = 1; }
    message Write { repeated Series timeseries = 1; }
    message Series { repeated Label labels = 1; repeated Sample samples = 2; }
    message Label { string name = 1; string value = 2; }
    message Sample { double value = 1; int64 timestamp = 2; }`);
  const encode = (type: string, message: object) =>
    root.lookupType(type).encode(root.lookupType(type).fromObject(message)).finish();
  const decode = async (type: string, response: Response) =>
    root
      .lookupType(type)
      .decode(new Uint8Array(await response.arrayBuffer()))
      .toJSON();
  const metricsMessage = (points: object[]) => encode('Metrics', JSON.parse(metrics(points)));

  describe('OTLP over HTTP', () => {
    it('answers 200 in the encoding that was sent', async () => {
      const asJson = await server.post('/v1/metrics', metrics([good]), JSON_TYPE);
      expect([asJson.status, await asJson.json()]).toEqual([200, {}]);

      const asProtobuf = await server.post('/v1/metrics', metricsMessage([good]), PROTOBUF_TYPE);
      expect([asProtobuf.status, asProtobuf.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
      expect((await asProtobuf.arrayBuffer()).byteLength).toBe(0);
    });

    it('says what was left out as a partial success', async () => {
      const asJson = await server.post('/v1/metrics', metrics([good, old]), JSON_TYPE);
      expect(await asJson.json()).toEqual({
        partialSuccess: { rejectedDataPoints: '1', errorMessage: expect.stringContaining('days old') },
      });

      const asProtobuf = await server.post('/v1/metrics', gzipSync(metricsMessage([good, old])), {
        ...PROTOBUF_TYPE,
        'Content-Encoding': 'gzip',
      });
      expect(await decode('Response', asProtobuf)).toEqual({
        partialSuccess: { rejected: '1', errorMessage: expect.stringContaining('days old') },
      });
    });

    it('answers a body it cannot read with 400: a Status in protobuf, a problem in JSON', async () => {
      const asProtobuf = await server.post('/v1/traces', new Uint8Array([255, 255, 255]), PROTOBUF_TYPE);
      expect(asProtobuf.status).toBe(400);
      expect(await decode('Status', asProtobuf)).toMatchObject({ code: 3, message: expect.any(String) });

      const asJson = await server.post('/v1/logs', '[', JSON_TYPE);
      expect([asJson.status, asJson.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    });

    it('answers 415 to other types, and 400 to nothing', async () => {
      expect((await server.post('/v1/metrics', 'x', { 'Content-Type': 'text/plain' })).status).toBe(415);
      expect((await server.post('/v1/metrics', '', PROTOBUF_TYPE)).status).toBe(400);
    });

    it('counts the same body once, and keeps nothing of an empty export', async () => {
      const before = await server.log.backlog();
      const body = metrics([good, { ...good, asDouble: 2 }]);
      for (let i = 0; i < 3; i++) await server.post('/v1/metrics', body, JSON_TYPE);
      expect((await server.post('/v1/metrics', '{"resourceMetrics":[]}', JSON_TYPE)).status).toBe(200);

      expect(await server.log.backlog()).toBe(before + 1);
    });

    it('takes spans and log records', async () => {
      const span = {
        traceId: '0'.repeat(31) + 1,
        spanId: '0'.repeat(15) + 1,
        name: 's',
        startTimeUnixNano: nowNs,
        endTimeUnixNano: nowNs,
      };
      const record = { timeUnixNano: nowNs, body: { stringValue: 'hello' } };

      const traces = await server.post(
        '/v1/traces',
        JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
        JSON_TYPE,
      );
      const logs = await server.post(
        '/v1/logs',
        JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }),
        JSON_TYPE,
      );

      expect([traces.status, logs.status]).toEqual([200, 200]);
    });
  });

  describe('Prometheus remote write', () => {
    const headers = { ...PROTOBUF_TYPE, 'Content-Encoding': 'snappy' };
    const series = (timestamps: number[]) => ({
      labels: [{ name: '__name__', value: 'up' }],
      samples: timestamps.map((timestamp) => ({ value: 1, timestamp })),
    });
    const write = (timestamps: number[]) =>
      server.post('/api/v1/write', SnappyJS.compress(encode('Write', { timeseries: [series(timestamps)] })), headers);

    it('answers 204, and says how many samples were left out', async () => {
      const all = await write([Date.now()]);
      const some = await write([Date.now(), 1]);

      expect([all.status, all.headers.get('x-modelmeter-rejected')]).toEqual([204, null]);
      expect([some.status, some.headers.get('x-modelmeter-rejected')]).toEqual([204, '1']);
    });

    it('answers what can never be right with a 4xx, so that it is not sent for ever', async () => {
      expect((await write([1])).status).toBe(400);
      expect((await server.post('/api/v1/write', 'no snappy', headers)).status).toBe(400);
      expect((await server.post('/api/v1/write', 'x', { ...headers, 'Content-Encoding': 'gzip' })).status).toBe(415);
      const version2 = { ...headers, 'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' };
      expect((await server.post('/api/v1/write', 'x', version2)).status).toBe(415);
    });
  });
};
