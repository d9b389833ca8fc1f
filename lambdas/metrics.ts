import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import { type CloudWatchMetric, OWN_NAMESPACE } from '../core/metrics/cloudWatch.ts';

const metrics = new Metrics({ namespace: OWN_NAMESPACE });
metrics.clearDefaultDimensions(); // each value of a dimension would be a metric more to pay for

const UNITS: Readonly<Record<string, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  s: MetricUnit.Seconds,
};

/** Adds a value to one of our own metrics, in its unit. They reach CloudWatch as lines of the log, at no cost of a call. */
export const emit = ({ name, unit }: CloudWatchMetric, value: number): void => {
  metrics.addMetric(name, UNITS[unit] ?? MetricUnit.Count, value);
};

const publish = (): void => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
};

/** Publishes what a request added, whether it succeeded or not. */
export const measured = (): MiddlewareObj => ({ after: publish, onError: publish });
