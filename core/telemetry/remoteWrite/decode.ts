import type { Problem } from '../../errors.ts';
import { emptyContent } from '../batch.ts';
import { attemptAll, checkedTime, type Decoded, type DoorOptions, Unusable } from '../decoded.ts';
import { withTeam } from '../door/teams.ts';
import { isClientKey } from '../otlp/dimensions.ts';
import { addHistogram, boundLabel } from '../otlp/histogram.ts';
import { checkedLabels, type Labels } from '../otlp/labels.ts';
import { protobufDecoder } from '../otlp/protobuf.ts';
import { each, list, type Message, number, text } from '../otlp/read.ts';
import { MAX_METRIC_NAME, sampleSink } from '../otlp/sampleSink.ts';
import { kindsOf } from './kinds.ts';
import { nativeHistogram } from './nativeHistogram.ts';
import { REMOTE_WRITE_SCHEMA } from './schema.ts';
import { inflateSnappy } from './snappy.ts';

const decodeRequest = protobufDecoder(REMOTE_WRITE_SCHEMA, 'WriteRequest');

/** What Prometheus, its operator and Grafana's agents call the label that tells members of a pair apart. */
const REPLICA_LABELS = ['__replica__', 'prometheus_replica', 'replica'];

/** GAUGE of Histogram.ResetHint: the histogram's counts may fall. */
const GAUGE_HINT = 3;

/**
 * Decodes a snappy-compressed remote.WriteRequest into samples. Series and samples may come in any order; labels leave
 * sorted, and the one that names a replica as `__replica__`, since queries count an HA pair once.
 *
 * Staleness marks (a NaN of Prometheus' own that ends a series) are no values: left out, neither accepted nor rejected.
 *
 * @throws AppError `invalidInput` when the body cannot be read at all, `tooLarge` when it holds too much; nothing else
 */
export const decodeRemoteWrite = (body: Uint8Array, options: DoorOptions): Decoded => {
  const request: Message = decodeRequest(inflateSnappy(body));
  const sink = sampleSink(options);
  const rejected: Problem[] = [];
  let accepted = 0;

  attemptAll(() => {
    const kindOf = kindsOf(request);
    each(request, 'timeseries', rejected, (series, at) => {
      const { metric, labels } = seriesOf(series, options);
      const kind = kindOf(metric);
      const timeOf = (item: Message) => checkedTime(number(item, 'timestamp') ?? 0, 'timestamp', options);
      each(
        series,
        'samples',
        rejected,
        (sample) => {
          const value = number(sample, 'value') ?? 0;
          if (isStale(value)) return;
          sink.add(metric, { kind, labels, timestampMs: timeOf(sample) }, value, 'value');
          accepted++;
        },
        at,
      );
      each(
        series,
        'histograms',
        rejected,
        (histogram) => {
          if (isStale(number(histogram, 'sum') ?? 0)) return;
          const isGauge = number(histogram, 'resetHint') === GAUGE_HINT;
          const point = { kind: isGauge ? 'gauge' : 'counter', labels, timestampMs: timeOf(histogram) } as const;
          addHistogram(sink, metric, point, nativeHistogram(histogram));
          accepted++;
        },
        at,
      );
    });
  });
  return { content: { ...emptyContent(), samples: sink.samples }, accepted, rejected, noted: [] };
};

const seriesOf = (series: Message, options: DoorOptions): { metric: string; labels: Labels } => {
  const sent = new Map<string, string>();
  (list(series, 'labels') as Message[]).forEach((label, index) => {
    const name = text(label, 'name');
    const value = text(label, 'value');
    if (sent.has(name)) throw new Unusable(`labels[${index}].name`, `${name.slice(0, 40)} comes twice`);
    sent.set(name, normalized(name, value));
  });
  const metric = sent.get('__name__') ?? '';
  if (metric === '') throw new Unusable('labels', '__name__ is missing');
  if (metric.length > MAX_METRIC_NAME)
    throw new Unusable('labels', `__name__ has ${metric.length} characters; at most ${MAX_METRIC_NAME}`);
  sent.delete('__name__');

  const replicas = (options.replicaLabels ?? REPLICA_LABELS).filter((name) => sent.get(name));
  const replica = replicas.map((name) => sent.get(name)).join('/');
  for (const name of replicas) sent.delete(name);
  if (replica !== '') sent.set('__replica__', replica);

  const hash = options.hashClient;
  // An empty value is, to Prometheus, a label that is not there.
  const given = Object.fromEntries([...sent].filter(([, value]) => value !== ''));
  const entries = Object.entries(withTeam(given, { said: given.team, path: 'labels', options }))
    .map(([name, value]): [string, string] => [name, hash && isClientKey(name) ? hash(value) : value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { metric, labels: checkedLabels(Object.fromEntries(entries), 'labels') };
};

/** Bounds and quantiles in one spelling: Python's client writes `1.0` where Go's writes `1`. */
const normalized = (name: string, value: string): string => {
  if (name !== 'le' && name !== 'quantile') return value;
  const bound = value === '+Inf' ? Infinity : Number(value);
  return value.trim() === '' || Number.isNaN(bound) ? value : boundLabel(bound);
};

const bits = new DataView(new ArrayBuffer(8));

/** The NaN 0x7ff0000000000002; its low half tells it from the ordinary NaN, also where an engine sets the quiet bit. */
const isStale = (value: number): boolean => {
  if (!Number.isNaN(value)) return false;
  bits.setFloat64(0, value);
  return bits.getUint32(4) === 2;
};
