import type { Problem } from '../../errors.ts';
import type { SampleKind } from '../batch.ts';
import { emptyContent } from '../batch.ts';
import { attemptAll, checkedTime, type Decoded, type DoorOptions, Unusable } from '../decoded.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import { type OtlpEncoding, parseBody } from './body.ts';
import { addHistogram, explicitHistogram, exponentialHistogram } from './histogram.ts';
import { labelsOf, resourceAttributes } from './labels.ts';
import { count, each, enumeration, flag, list, type Message, message, number, text, under } from './read.ts';
import { MAX_METRIC_NAME, type Point, type SampleSink, sampleSink } from './sampleSink.ts';
import { type NanoTime, nanoTime } from './time.ts';

/**
 * Decodes an OTLP ExportMetricsServiceRequest into samples. A point without a time happened now.
 *
 * - gauge → gauge; cumulative monotonic sum → counter, not monotonic → gauge; delta sum → delta
 * - histogram and exponential histogram → `_bucket`, `_count`, `_sum` (counter or delta), `_min`, `_max` (gauge)
 * - summary → gauges by `quantile`, `_count` and `_sum` counters
 *
 * @throws AppError `invalidInput` when the body cannot be read at all, `tooLarge` when it holds too much; nothing else
 */
export const decodeOtlpMetrics = (body: Uint8Array, encoding: OtlpEncoding, options: DoorOptions): Decoded => {
  const root = parseBody(body, encoding, 'Metrics');
  const sink = sampleSink(options);
  const rejected: Problem[] = [];
  let accepted = 0;

  const readMetric = (metric: Message, resource: Attributes, path: string) => {
    const name = metricName(metric);
    const [field, read] = readerOf(metric);
    const data = message(metric, field)!;
    const kind = under(field, () => kindOf(data, field));
    const readPoint = (point: Message) => {
      if (((number(point, 'flags') ?? 0) & NO_RECORDED_VALUE) !== 0) throw new Unusable('flags', 'no recorded value');
      const time = nanoTime(point, 'timeUnixNano');
      const timestampMs = time?.ms ?? options.nowMs;
      checkedTime(timestampMs, 'timeUnixNano', options);
      const startMs = startOf(nanoTime(point, 'startTimeUnixNano'), time);
      read(point, name, { kind, labels: labelsOf(point, resource, options), timestampMs, startMs }, sink);
      accepted++;
    };
    under(field, () => each(data, 'dataPoints', rejected, readPoint, `${path}.${field}`));
  };

  attemptAll(() =>
    each(root, 'resourceMetrics', rejected, (group, at) => {
      const resource = message(group, 'resource');
      const identity = resource === undefined ? {} : under('resource', () => attributesOf(resource, options));
      const labels = resourceAttributes(identity);
      each(
        group,
        'scopeMetrics',
        rejected,
        (scope, path) => {
          each(scope, 'metrics', rejected, (metric, metricPath) => readMetric(metric, labels, metricPath), path);
        },
        at,
      );
    }),
  );
  return { content: { ...emptyContent(), samples: sink.samples }, accepted, rejected, noted: [] };
};

/**
 * When a point's count stood at zero. A program may start to count and export within one millisecond, at which there can
 * be only one value: its zero is then one earlier. A start that equals the point to the nanosecond says that it is unknown
 * (OpenTelemetry metrics data model, "Cumulative streams: handling unknown start time").
 */
const startOf = (start: NanoTime | undefined, time: NanoTime | undefined): number | undefined =>
  start !== undefined && start.ms === time?.ms && start.ns < time.ns ? start.ms - 1 : start?.ms;

/** Bit of DataPointFlags. */
const NO_RECORDED_VALUE = 1;

const metricName = (metric: Message): string => {
  const name = text(metric, 'name');
  if (name === '') throw new Unusable('name', 'is missing');
  if (name.length > MAX_METRIC_NAME)
    throw new Unusable('name', `has ${name.length} characters; at most ${MAX_METRIC_NAME}`);
  return name;
};

type PointReader = (point: Message, metric: string, at: Point, sink: SampleSink) => void;

const readNumber: PointReader = (point, metric, at, sink) => {
  const integer = number(point, 'asInt');
  const value = integer ?? number(point, 'asDouble');
  if (value === undefined) throw new Unusable('', 'expected asInt or asDouble');
  sink.add(metric, at, value, integer === undefined ? 'asDouble' : 'asInt');
};

const readSummary: PointReader = (point, metric, at, sink) => {
  const quantiles = list(point, 'quantileValues').map((item, index) =>
    under(`quantileValues[${index}]`, () => {
      if (typeof item !== 'object' || item === null) throw new Unusable('', 'expected an object');
      const quantile = number(item, 'quantile') ?? 0;
      const value = number(item, 'value') ?? 0;
      if (!(quantile >= 0 && quantile <= 1)) throw new Unusable('quantile', `expected 0 to 1, got ${quantile}`);
      return { quantile, value: finite(value, 'value') };
    }),
  );
  const sum = finite(number(point, 'sum') ?? 0, 'sum');
  sink.add(`${metric}_count`, { ...at, kind: 'counter' }, count(point, 'count'), 'count');
  sink.add(`${metric}_sum`, { ...at, kind: 'counter' }, sum, 'sum');
  for (const { quantile, value } of quantiles)
    sink.add(metric, { ...at, kind: 'gauge', labels: { ...at.labels, quantile: String(quantile) } }, value, 'value');
};

const finite = (value: number, path: string): number => {
  if (Number.isFinite(value)) return value;
  throw new Unusable(path, `expected a finite number, got ${value}`);
};

const READERS: Readonly<Record<string, PointReader>> = {
  gauge: readNumber,
  sum: readNumber,
  histogram: (point, metric, at, sink) => addHistogram(sink, metric, at, explicitHistogram(point)),
  exponentialHistogram: (point, metric, at, sink) => addHistogram(sink, metric, at, exponentialHistogram(point)),
  summary: readSummary,
};

const readerOf = (metric: Message): [field: string, read: PointReader] => {
  const known = Object.entries(READERS).find(([field]) => message(metric, field) !== undefined);
  if (known !== undefined) return known;
  throw new Unusable('', `expected one of ${Object.keys(READERS).join(', ')}`);
};

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'];

const kindOf = (data: Message, field: string): SampleKind => {
  if (field === 'gauge' || field === 'summary') return 'gauge';
  const temporality = TEMPORALITIES[enumeration(data, 'aggregationTemporality', TEMPORALITIES)];
  if (temporality === 'DELTA') return 'delta';
  if (temporality !== 'CUMULATIVE')
    throw new Unusable('aggregationTemporality', 'expected 1 (delta) or 2 (cumulative)');
  return field === 'sum' && flag(data, 'isMonotonic') !== true ? 'gauge' : 'counter';
};
