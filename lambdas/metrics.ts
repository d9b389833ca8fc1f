import type { MiddlewareObj } from '@middy/core';
import { type CloudWatchMetric, OWN_NAMESPACE } from '../core/metrics/cloudWatch.ts';

/** What CloudWatch calls our units; any other is a count. */
const UNITS: Readonly<Record<string, string>> = { s: 'Seconds' };

const added = new Map<CloudWatchMetric, number[]>();

/** Adds a value to one of our own metrics, in its unit. They reach CloudWatch as lines of the log, at no cost of a call. */
export const emit = (metric: CloudWatchMetric, value: number): void => {
  added.set(metric, [...(added.get(metric) ?? []), value]);
};

/**
 * A line in the embedded metric format, with one set of dimensions that has none in it: each value of a dimension would be
 * a metric more to pay for. (powertools writes no set at all then, which the format's specification does not allow.)
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const publish = (): void => {
  if (added.size === 0) return;
  const Metrics = [...added.keys()].map(({ name, unit }) => ({ Name: name, Unit: UNITS[unit] ?? 'Count' }));
  const directive = { Namespace: OWN_NAMESPACE, Dimensions: [[]], Metrics };
  const values = Object.fromEntries([...added].map(([{ name }, numbers]) => [name, numbers]));
  added.clear();
  const line = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, ...values };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** Publishes what a request added, whether it succeeded or not. */
export const measured = (): MiddlewareObj => ({ after: publish, onError: publish });
