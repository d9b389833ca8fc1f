import type { Problem } from '../../errors.ts';
import { emptyContent } from '../batch.ts';
import { attemptAll, checkedTime, type Decoded, type DoorOptions, Unusable } from '../decoded.ts';
import { type Attributes, attributesOf } from '../otlp/attributes.ts';
import { parseBody } from '../otlp/body.ts';
import { checkedLabels } from '../otlp/labels.ts';
import { count, each, type Message, message, number } from '../otlp/read.ts';
import { sampleSink } from '../otlp/sampleSink.ts';
import { nanoTime } from '../otlp/time.ts';
import { splitMessages } from './lengthDelimited.ts';

/**
 * Decodes a record of a CloudWatch metric stream in its OpenTelemetry 1.0 format: it holds ExportMetricsServiceRequests
 * with their lengths, of summaries whose attributes say namespace, name and dimensions. Of each series and minute the
 * average becomes a gauge, at the minute's start. A host is called by its InstanceId.
 * Source: "CloudWatch metric stream output in OpenTelemetry 1.0.0 format", CloudWatch user guide.
 *
 * @throws AppError `invalidInput` when the record cannot be read at all, `tooLarge` when it holds too much; nothing else
 */
export const decodeMetricStream = (record: Uint8Array, options: DoorOptions): Decoded => {
  const sink = sampleSink(options);
  const rejected: Problem[] = [];
  let accepted = 0;

  const readPoint = (point: Message, resource: Attributes) => {
    const { MetricName, Dimensions } = attributesOf(point, options);
    if (typeof MetricName !== 'string') throw new Unusable('attributes', 'expected MetricName');
    const values = count(point, 'count');
    if (values === 0) throw new Unusable('count', 'is 0: there is no average');
    const time = nanoTime(point, 'startTimeUnixNano') ?? nanoTime(point, 'timeUnixNano');
    const timestampMs = checkedTime(time?.ms ?? options.nowMs, 'startTimeUnixNano', options);
    const labels = checkedLabels({ ...labelsOf(Dimensions), ...placeOf(resource) });
    sink.add(MetricName, { kind: 'gauge', labels, timestampMs }, (number(point, 'sum') ?? 0) / values, 'sum');
    accepted++;
  };

  for (const body of splitMessages(record)) {
    const root = parseBody(body, 'protobuf', 'Metrics');
    attemptAll(() =>
      each(root, 'resourceMetrics', rejected, (group, at) => {
        const resource = message(group, 'resource');
        const attributes = resource === undefined ? {} : attributesOf(resource, options);
        const readMetric = (metric: Message, path: string) => {
          const summary = message(metric, 'summary');
          if (summary === undefined) throw new Unusable('', 'expected a summary');
          each(summary, 'dataPoints', rejected, (point) => readPoint(point, attributes), `${path}.summary`);
        };
        each(group, 'scopeMetrics', rejected, (scope, path) => each(scope, 'metrics', rejected, readMetric, path), at);
      }),
    );
  }
  return { content: { ...emptyContent(), samples: sink.samples }, accepted, rejected, noted: [] };
};

/** Names that dimensions have here. */
const RENAMED: Readonly<Record<string, string>> = { InstanceId: 'host', InstanceType: 'instanceType' };

const labelsOf = (dimensions: unknown): Record<string, string> =>
  typeof dimensions === 'object' && dimensions !== null
    ? Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [RENAMED[name] ?? name, String(value)]))
    : {};

const placeOf = (resource: Attributes): Record<string, string> => ({
  ...(typeof resource['cloud.account.id'] === 'string' && { account: resource['cloud.account.id'] }),
  ...(typeof resource['cloud.region'] === 'string' && { region: resource['cloud.region'] }),
});
