import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { decodeRemoteWrite } from '../../../core/telemetry/remoteWrite/decode.ts';
import { door, NOW } from '../otlp/door.ts';
import { body, message, series } from './request.ts';

const decode = (timeseries: object[], options = door(), metadata: object[] = []) =>
  decodeRemoteWrite(body({ timeseries, metadata }), options);

const at = (value: number, ms = 0) => ({ value, timestamp: NOW + ms });
const level = (labels: Record<string, string>) => series({ __name__: 'level', ...labels }, { samples: [at(1)] });

describe('Remote write', () => {
  it('gives the samples of each series with sorted labels, in the order sent', () => {
    const decoded = decode([
      series({ zone: 'b', __name__: 'jobs_total', app: 'x', empty: '' }, { samples: [at(5), at(3, -15_000)] }),
    ]);

    expect(decoded).toMatchObject({ accepted: 2, rejected: [] });
    expect(decoded.content.samples).toEqual([
      { metric: 'jobs_total', kind: 'counter', labels: { app: 'x', zone: 'b' }, timestamp: NOW, value: 5 },
      { metric: 'jobs_total', kind: 'counter', labels: { app: 'x', zone: 'b' }, timestamp: NOW - 15_000, value: 3 },
    ]);
    expect(Object.keys(decoded.content.samples[0]!.labels)).toEqual(['app', 'zone']);
  });

  it('reads bytes written by hand from the specification', () => {
    const hex = '0a250a110a085f5f6e616d655f5f12057175657565121009000000000000f83f1080dcf3daf232';
    const bytes = Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));

    const decoded = decodeRemoteWrite(compress(bytes), door());

    expect(decoded.content.samples).toMatchObject([
      { metric: 'queue', kind: 'gauge', labels: {}, timestamp: NOW, value: 1.5 },
    ]);
  });

  it('refuses labels with the character that rollups join labels by, and takes line breaks', () => {
    const { accepted, rejected } = decode([
      level({ zone: 'a\u001fb' }),
      level({ 'x\u001fy': 'c' }),
      level({ zone: 'a\nb' }),
    ]);

    expect(accepted).toBe(1);
    expect(rejected).toMatchObject([{ message: expect.stringContaining('U+001F') }, {}]);
  });

  it('takes the kind from the name, or from metadata in the same request', () => {
    const named = (name: string) => series({ __name__: name }, { samples: [at(1)] });
    const names = ['a', 'b_total', 'c', 'd_total', 'e_count', 'e_created', 'f', 'f_sum'];
    const metadata = [
      { type: 1, metricFamilyName: 'c' },
      { type: 2, metricFamilyName: 'd_total' },
      { type: 3, metricFamilyName: 'e' },
      { type: 5, metricFamilyName: 'f' },
    ];

    const decoded = decode(names.map(named), door(), metadata);

    expect(decoded.content.samples.map(({ metric, kind }) => [metric, kind])).toEqual([
      ['a', 'gauge'],
      ['b_total', 'counter'],
      ['c', 'counter'],
      ['d_total', 'gauge'],
      ['e_count', 'counter'],
      ['e_created', 'gauge'],
      ['f', 'gauge'],
      ['f_sum', 'counter'],
    ]);
  });

  it('calls the label of a replica __replica__, so that a pair can be told apart at query', () => {
    const labels = (series: object, options = door()) => decode([series], options).content.samples[0]!.labels;

    expect(labels(level({ prometheus_replica: 'b', x: '1' }))).toEqual({ __replica__: 'b', x: '1' });
    expect(labels(level({ replica: 'b' }))).toEqual({ __replica__: 'b' });
    expect(labels(level({ replica: 'b', member: 'c' }), door({ replicaLabels: ['member'] }))).toEqual({
      __replica__: 'c',
      replica: 'b',
    });
  });

  it('spells bounds of buckets in one way', () => {
    const bounds = ['1.0', '1', '+Inf', '1e+06', '0.005', 'odd'].map((le) => level({ le }));

    expect(decode(bounds).content.samples.map(({ labels }) => labels.le)).toEqual([
      '1',
      '1',
      '+Inf',
      '1000000',
      '0.005',
      'odd',
    ]);
  });

  it('passes over staleness marks in silence, and rejects other values that are no number', () => {
    const stale = Uint8Array.from(
      message({ timeseries: [series({ __name__: 'x' }, { samples: [at(0.5), at(0.25)] })] }),
    );
    const view = new DataView(stale.buffer);
    const find = (value: number) => {
      for (let i = 0; i < stale.length - 8; i++) if (view.getFloat64(i, true) === value) return i;
      throw new Error('not found');
    };
    view.setBigUint64(find(0.5), 0x7ff0000000000002n, true);
    view.setBigUint64(find(0.25), 0x7ff8000000000001n, true);

    const decoded = decodeRemoteWrite(compress(stale), door());

    expect([decoded.accepted, decoded.content.samples]).toEqual([0, []]);
    expect(decoded.rejected.map(({ path }) => path)).toEqual(['timeseries[0].samples[1].value']);
  });

  it('maps the well-known names of vLLM onto the catalogue', () => {
    const decoded = decode([series({ __name__: 'vllm:num_requests_running', model_name: 'm' }, { samples: [at(3)] })]);

    expect(decoded.content.samples[0]).toMatchObject({ kind: 'gauge', value: 3 });
    expect(decoded.content.samples[0]!.metric).not.toContain('vllm');
  });

  it('tells what is wrong with its path, and keeps what is beside it', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x']));
    const twice = {
      labels: [
        { name: '__name__', value: 'x' },
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    };
    const decoded = decode([
      level({}),
      series({ a: 'b' }, { samples: [at(1)] }),
      series({ __name__: 'x' }, { samples: [at(1, -36 * 86_400_000), at(1), at(Infinity), at(1, 3e6)] }),
      twice,
      level(many),
      level({ l: 'x'.repeat(257) }),
    ]);

    expect(decoded.accepted).toBe(2);
    expect(decoded.rejected.map(({ path }) => path)).toEqual([
      'timeseries[1].labels',
      'timeseries[2].samples[0].timestamp',
      'timeseries[2].samples[2].value',
      'timeseries[2].samples[3].timestamp',
      'timeseries[3].labels[2].name',
      'timeseries[4].labels',
      'timeseries[5].labels',
    ]);
  });
});

describe('A native histogram', () => {
  const native = (histogram: object) =>
    decode([series({ __name__: 'rpc' }, { histograms: [{ timestamp: NOW, ...histogram }] })]);

  it('becomes buckets with fixed bounds', () => {
    const decoded = native({
      countInt: 12,
      sum: 30.5,
      schema: 0,
      zeroThreshold: 0.001,
      zeroCountInt: 2,
      // Buckets 0 (0.5, 1], 1 (1, 2] and 4 (8, 16] hold 3, 5 and 2.
      positiveSpans: [
        { offset: 0, length: 2 },
        { offset: 2, length: 1 },
      ],
      positiveDeltas: [3, 2, -3],
    });

    expect(decoded.rejected).toEqual([]);
    expect(decoded.content.samples.map(({ metric, kind, labels, value }) => [metric, kind, labels.le, value])).toEqual([
      ['rpc_bucket', 'counter', '0.001', 2],
      ['rpc_bucket', 'counter', '0.5', 2],
      ['rpc_bucket', 'counter', '1', 5],
      ['rpc_bucket', 'counter', '2', 10],
      ['rpc_bucket', 'counter', '4', 10],
      ['rpc_bucket', 'counter', '8', 10],
      ['rpc_bucket', 'counter', '16', 12],
      ['rpc_bucket', 'counter', '+Inf', 12],
      ['rpc_count', 'counter', undefined, 12],
      ['rpc_sum', 'counter', undefined, 30.5],
    ]);
  });

  it('of floats keeps its counts, and is a gauge when it says so', () => {
    const decoded = native({
      countFloat: 1.5,
      schema: 1,
      negativeSpans: [{ offset: 0, length: 1 }],
      negativeCounts: [1.5],
      resetHint: 3,
    });

    expect(decoded.content.samples[0]!.kind).toBe('gauge');
    expect(decoded.content.samples.find(({ metric }) => metric === 'rpc_count')!.value).toBe(1.5);
  });

  it.each<[string, object]>([
    ['custom bounds', { schema: -53 }],
    [
      'spans longer than the counts',
      { countInt: 1, positiveSpans: [{ offset: 0, length: 4_000_000_000 }], positiveDeltas: [1] },
    ],
    [
      'spans shorter than the counts',
      { countInt: 2, positiveSpans: [{ offset: 0, length: 1 }], positiveDeltas: [1, 0] },
    ],
    ['counts below 0', { countInt: 1, positiveSpans: [{ offset: 0, length: 1 }], positiveDeltas: [-1] }],
    ['more in buckets than in all', { countInt: 1, positiveSpans: [{ offset: 0, length: 1 }], positiveDeltas: [2] }],
  ])('with %s is rejected with its path', (_, histogram) => {
    expect(native(histogram)).toMatchObject({
      accepted: 0,
      rejected: [{ path: expect.stringMatching(/^timeseries\[0\]\.histograms\[0\]\./) }],
    });
  });
});
