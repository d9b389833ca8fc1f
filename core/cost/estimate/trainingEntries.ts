import type { CostEntry, CostLabels } from '../entry.ts';
import type { PriceBook, Quote } from '../prices/book.ts';
import { labelsOf, priced, serviceOf } from './labels.ts';
import type { TrainingRun } from './types.ts';

/** A job on instances of its own, or as its sender said; [] where neither is known. Jobs on capacity that is counted are its work. */
export const trainingEntries = (run: TrainingRun, prices: PriceBook): CostEntry[] => {
  const { startMs, job, instanceType, instanceHours, reportedUsd, attributes } = run;
  if (reportedUsd === undefined && instanceHours === 0) return [];
  const labels: CostLabels = {
    ...labelsOf({ ...attributes, provider: 'aws' }), // who is paid
    operation: 'training',
    line: 'work',
    resource: job,
    service: serviceOf(instanceType),
    ...(instanceType === undefined ? {} : { resourceType: instanceType }),
  };
  if (reportedUsd !== undefined)
    return [{ startMs, labels: { ...labels, item: 'reportedCost' }, quantity: 1, cost: reportedUsd }];
  const quote: Quote =
    instanceType === undefined
      ? { usd: null, missing: `the training job ${job} did not say its instance type` }
      : prices.quote({ kind: 'instance', instanceType, region: attributes.region, purchase: 'onDemand' }, startMs);
  return [
    priced(
      { startMs, labels: { ...labels, item: 'instanceHours', pricing: 'onDemand' }, quantity: instanceHours },
      quote,
    ),
  ];
};
