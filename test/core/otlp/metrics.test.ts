import { AggregationTemporality, AggregationType } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { decodeOtlpMetrics } from '../../../core/telemetry/otlp/metrics.ts';
import { attributes, door, json, NOW, nanos } from './door.ts';
import { metricBodies } from './sdk.ts';

const decode = (metrics: unknown[], resource: object[] = []) =>
  decodeOtlpMetrics(
    json({ resourceMetrics: [{ resource: { attributes: resource }, scopeMetrics: [{ metrics }] }] }),
    'json',
    door(),
  );

const sum = (point: object, options: object = { isMonotonic: true, aggregationTemporality: 2 }) => ({
  name: 'requests',
  sum: { ...options, dataPoints: [{ timeUnixNano: nanos(0), asInt: '7', ...point }] },
});

const table = (samples: readonly { metric: string; kind: string; labels: Record<string, string>; value: number }[]) =>
  samples.map(({ metric, kind, labels, value }) => [metric, kind, labels.le ?? labels.quantile ?? '', value]);

describe('OTLP metrics of the OpenTelemetry SDK', () => {
  const views = [
    { instrumentName: 'sizes', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM as const } },
    {
      instrumentName: 'latency',
      aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const, options: { boundaries: [10, 100] } },
    },
  ];
  const record = (meter: import('@opentelemetry/api').Meter) => {
    meter.createCounter('tokens').add(42, { 'gen_ai.request.model': 'm1', team: 'search' });
    meter.createUpDownCounter('inflight').add(-3);
    meter.createGauge('temperature').record(1.5, { gpu: 0, tags: ['a', 'b'] });
    const latency = meter.createHistogram('latency');
    for (const value of [5, 50, 500]) latency.record(value);
    const sizes = meter.createHistogram('sizes');
    for (const value of [1, 2, 4, 0]) sizes.record(value);
  };
  const now = () => door({ nowMs: Date.now() + 1000 });

  it('come out the same from protobuf and JSON', async () => {
    const bodies = await metricBodies(record, { views });

    const fromProtobuf = decodeOtlpMetrics(bodies.protobuf, 'protobuf', now());
    const fromJson = decodeOtlpMetrics(bodies.json, 'json', now());

    expect(fromProtobuf).toEqual(fromJson);
    expect(fromProtobuf.rejected).toEqual([]);
    expect(fromProtobuf.accepted).toBe(5);
  });

  it('become counters, gauges and histogram parts, with resource and dimension names', async () => {
    const bodies = await metricBodies(record, {
      views,
      resource: {
        'service.name': 'search',
        'deployment.environment.name': 'production',
        'telemetry.sdk.name': 'x',
        'process.command_line': 'node',
        'k8s.pod.name': 'p',
      },
    });

    const { samples } = decodeOtlpMetrics(bodies.protobuf, 'protobuf', now()).content;

    const tokens = samples.find(({ metric, value }) => metric === 'tokens' && value > 0)!;
    expect(tokens.kind).toBe('counter');
    expect(tokens.value).toBe(42);
    expect(tokens.labels).toEqual({
      service: 'search',
      environment: 'production',
      'k8s.pod.name': 'p',
      model: 'm1',
      team: 'search',
    });
    expect(samples.find(({ metric }) => metric === 'inflight')).toMatchObject({ kind: 'gauge', value: -3 });
    expect(samples.find(({ metric }) => metric === 'temperature')!.labels).toMatchObject({
      gpu: '0',
      tags: '["a","b"]',
    });
    expect(table(samples.filter(({ metric, value }) => /^latency/.test(metric) && value > 0))).toEqual([
      ['latency_bucket', 'counter', '10', 1],
      ['latency_bucket', 'counter', '100', 2],
      ['latency_bucket', 'counter', '+Inf', 3],
      ['latency_count', 'counter', '', 3],
      ['latency_sum', 'counter', '', 555],
      ['latency_min', 'gauge', '', 5],
      ['latency_max', 'gauge', '', 500],
    ]);
    const sizes = samples.filter(({ metric, value }) => metric === 'sizes_bucket' && value > 0);
    expect(sizes[0]!.labels.le).toBe('0');
    for (const [bound, atMost] of [
      ['1', 2],
      ['2', 3],
      ['4', 4],
      ['+Inf', 4],
    ])
      expect(sizes.find(({ labels }) => labels.le === bound)?.value).toBe(atMost);
  });

  it('of delta temporality become deltas without a zero at the start', async () => {
    const bodies = await metricBodies(record, { temporality: AggregationTemporality.DELTA, views });

    const { samples } = decodeOtlpMetrics(bodies.json, 'json', now()).content;

    expect(samples.filter(({ metric }) => metric === 'tokens').map(({ kind, value }) => [kind, value])).toEqual([
      ['delta', 42],
    ]);
    expect(samples.filter(({ metric }) => metric === 'latency_bucket').every(({ kind }) => kind === 'delta')).toBe(
      true,
    );
  });
});

describe('The start of a counter', () => {
  const at = (startMs: number) =>
    decode([sum({ startTimeUnixNano: nanos(startMs) })]).content.samples.map(({ timestamp, value }) => [
      timestamp - NOW,
      value,
    ]);

  it('is a zero when it is at most an hour before the point', () => {
    expect(at(-3_600_000)).toEqual([
      [-3_600_000, 0],
      [0, 7],
    ]);
  });

  it('is unknown when it is older, equal to the point or after it', () => {
    expect([at(-3_600_001), at(0), at(1)]).toEqual([[[0, 7]], [[0, 7]], [[0, 7]]]);
  });

  it('is a zero one millisecond earlier when counting started within the millisecond of the point', () => {
    const sameMs = (startNs: string, timeNs: string) =>
      decode([
        sum({
          startTimeUnixNano: nanos(0).slice(0, -6) + startNs,
          timeUnixNano: nanos(0).slice(0, -6) + timeNs,
        }),
      ]).content.samples.map(({ timestamp, value }) => [timestamp - NOW, value]);

    expect(sameMs('000100', '000900')).toEqual([
      [-1, 0],
      [0, 7],
    ]);
    expect([sameMs('000900', '000900'), sameMs('000900', '000100')]).toEqual([[[0, 7]], [[0, 7]]]);
  });

  it('is not counted as accepted, and left out when it is before what the door takes', () => {
    const body = json({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [sum({ startTimeUnixNano: nanos(-60_000) })] }] }],
    });

    const decoded = decodeOtlpMetrics(body, 'json', door({ maxAgeMs: 30_000 }));

    expect([decoded.accepted, decoded.content.samples.length]).toEqual([1, 1]);
  });

  it('gives no zero to gauges, deltas and sums that may fall', () => {
    const start = { startTimeUnixNano: nanos(-1000) };
    const decoded = decode([
      sum(start, { isMonotonic: false, aggregationTemporality: 2 }),
      sum(start, { isMonotonic: true, aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA' }),
      { name: 'level', gauge: { dataPoints: [{ ...start, timeUnixNano: nanos(0), asDouble: 0.5 }] } },
    ]);

    expect(decoded.content.samples.map(({ kind }) => kind)).toEqual(['gauge', 'delta', 'gauge']);
  });
});

describe('OTLP metrics in JSON', () => {
  it('take a point without a time as of now, and 64-bit integers as numbers or strings', () => {
    const point = { asInt: 9007199254740000, attributes: [{ key: 'n', value: { intValue: '9007199254740993' } }] };

    const [sample] = decode([{ name: 'level', gauge: { dataPoints: [point] }, future: 1 }]).content.samples;

    expect(sample).toEqual({
      metric: 'level',
      kind: 'gauge',
      labels: { n: '9007199254740993' },
      timestamp: NOW,
      value: 9007199254740000,
    });
  });

  it('keep a summary as quantiles, sum and count', () => {
    const summary = {
      dataPoints: [
        {
          timeUnixNano: nanos(0),
          count: '2',
          sum: 3,
          quantileValues: [
            { quantile: 0.5, value: 1 },
            { quantile: 1, value: 2 },
          ],
        },
      ],
    };

    expect(table(decode([{ name: 'rpc', summary }]).content.samples)).toEqual([
      ['rpc_count', 'counter', '', 2],
      ['rpc_sum', 'counter', '', 3],
      ['rpc', 'gauge', '0.5', 1],
      ['rpc', 'gauge', '1', 2],
    ]);
  });

  it('map well-known names onto the catalogue', () => {
    const gauge = {
      dataPoints: [{ timeUnixNano: nanos(0), asDouble: 0.5, attributes: attributes({ state: 'used' }) }],
    };

    expect(decode([{ name: 'system.memory.utilization', gauge }]).content.samples[0]).toMatchObject({
      metric: 'host.memoryUtilization',
      value: 50,
    });
  });

  it('keep both of two attributes that stand for one dimension, so that no two series become one', () => {
    const point = {
      asInt: 1,
      attributes: attributes({ 'gen_ai.request.model': 'a', 'gen_ai.response.model': 'a-2025' }),
    };

    expect(decode([{ name: 'x', gauge: { dataPoints: [point] } }]).content.samples[0]!.labels).toEqual({
      model: 'a',
      'gen_ai.response.model': 'a-2025',
    });
  });

  it('hash clients in labels', () => {
    const point = { asInt: 1, attributes: attributes({ 'enduser.id': 'ann' }) };
    const body = json({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [point] } }] }] }],
    });

    const decoded = decodeOtlpMetrics(body, 'json', door({ hashClient: (client) => `#${client.length}` }));

    expect(decoded.content.samples[0]!.labels).toEqual({ client: '#3' });
  });
});

describe('What is wrong with OTLP metrics', () => {
  const good = { name: 'good', gauge: { dataPoints: [{ asInt: '1', timeUnixNano: nanos(0) }] } };
  const gauge = (point: object) => ({
    name: 'bad',
    gauge: { dataPoints: [{ timeUnixNano: nanos(0), asInt: '1', ...point }] },
  });
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x']));
  const point = 'gauge.dataPoints[0]';
  const cases: [string, unknown, string][] = [
    ['a missing name', { gauge: good.gauge }, 'name'],
    ['no data', { name: 'bad' }, ''],
    ['a metric that is no object', 5, ''],
    ['no value', gauge({ asInt: null }), point],
    ['NaN', gauge({ asInt: undefined, asDouble: 'NaN' }), `${point}.asDouble`],
    ['infinity', gauge({ asInt: undefined, asDouble: '-Infinity' }), `${point}.asDouble`],
    ['a word for a number', gauge({ asInt: 'seven' }), `${point}.asInt`],
    ['no recorded value', gauge({ flags: 1 }), `${point}.flags`],
    ['a time too old', gauge({ timeUnixNano: nanos(-36 * 86_400_000) }), `${point}.timeUnixNano`],
    ['a time too far ahead', gauge({ timeUnixNano: nanos(601_000) }), `${point}.timeUnixNano`],
    ['a date for a time', gauge({ timeUnixNano: '2025-06-01' }), `${point}.timeUnixNano`],
    ['too many labels', gauge({ attributes: attributes(many) }), `${point}.attributes`],
    ['a long label', gauge({ attributes: attributes({ l: 'x'.repeat(257) }) }), `${point}.attributes`],
    ['a long label name', gauge({ attributes: attributes({ ['x'.repeat(129)]: 'x' }) }), `${point}.attributes`],
    ['a label of content', gauge({ attributes: attributes({ 'gen_ai.prompt': 'x' }) }), `${point}.attributes[0]`],
    ['an attribute that is no object', gauge({ attributes: [{ key: 'k', value: 3 }] }), `${point}.attributes[0].value`],
    ['an unspecified temporality', sum({}, { isMonotonic: true }), 'sum.aggregationTemporality'],
    [
      'buckets that do not fit their bounds',
      {
        name: 'bad',
        histogram: { aggregationTemporality: 2, dataPoints: [{ count: 1, bucketCounts: [1], explicitBounds: [1] }] },
      },
      'histogram.dataPoints[0].bucketCounts',
    ],
    [
      'buckets that do not add up',
      {
        name: 'bad',
        histogram: { aggregationTemporality: 2, dataPoints: [{ count: 3, bucketCounts: [1, 1], explicitBounds: [1] }] },
      },
      'histogram.dataPoints[0].bucketCounts',
    ],
    [
      'bounds that do not ascend',
      {
        name: 'bad',
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [{ count: 0, bucketCounts: [0, 0, 0], explicitBounds: [1, 1] }],
        },
      },
      'histogram.dataPoints[0].explicitBounds[1]',
    ],
    [
      'an infinite sum',
      { name: 'bad', histogram: { aggregationTemporality: 2, dataPoints: [{ count: 0, sum: 'Infinity' }] } },
      'histogram.dataPoints[0].sum',
    ],
    [
      'an absurd scale',
      { name: 'bad', exponentialHistogram: { aggregationTemporality: 2, dataPoints: [{ scale: -2e9 }] } },
      'exponentialHistogram.dataPoints[0].scale',
    ],
  ];

  it.each(cases)('is told with its path, and what is beside it kept: %s', (_, bad, path) => {
    const decoded = decode([good, bad, good]);

    const at = 'resourceMetrics[0].scopeMetrics[0].metrics[1]';
    expect(decoded.rejected.map((problem) => problem.path)).toEqual([path === '' ? at : `${at}.${path}`]);
    expect(decoded.accepted).toBe(2);
    expect(decoded.content.samples).toHaveLength(2);
  });

  it('is an invalidInput when nothing can be read', () => {
    for (const body of ['', '[]', 'null', '{"resourceMetrics":{}}', '{"resourceMetrics":'])
      expect(() => decodeOtlpMetrics(new TextEncoder().encode(body), 'json', door())).toThrow(
        expect.objectContaining({ code: 'invalidInput' }),
      );
    expect(() => decodeOtlpMetrics(new Uint8Array([10, 5, 1]), 'protobuf', door())).toThrow(
      expect.objectContaining({ code: 'invalidInput' }),
    );
  });

  it('is tooLarge when a small body holds millions of messages', () => {
    const body = new Uint8Array(5_000_000);
    for (let i = 0; i < body.length; i += 2) body[i] = 0x0a;

    expect(() => decodeOtlpMetrics(body, 'protobuf', door())).toThrow(expect.objectContaining({ code: 'tooLarge' }));
  });

  it('is an invalidInput as a whole when there is no end to it', () => {
    expect(() => decode(Array.from({ length: 10_001 }, () => 5))).toThrow(
      expect.objectContaining({ code: 'invalidInput', message: expect.stringContaining('More than 10000 faults') }),
    );
  });

  it('never is that a body is empty: it holds nothing', () => {
    expect(decodeOtlpMetrics(new Uint8Array(), 'protobuf', door())).toMatchObject({ accepted: 0, rejected: [] });
  });
});
