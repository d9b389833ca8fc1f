import type { CostEntry, CostLabels } from '../entry.ts';
import type { PriceBook, Quote } from '../prices/book.ts';
import { labelsOf, priced, serviceOf } from './labels.ts';
import type { TrainingRun } from './types.ts';

/** Jobs on instances of their own; those on capacity that is already counted are in its work. */
export const trainingEntries = (run: TrainingRun, prices: PriceBook, owned: ReadonlySet<string>): CostEntry[] => {
  const { startMs, job, instanceType, instanceHours, reportedUsd, attributes } = run;
  if (attributes.deployment !== undefined && owned.has(attributes.deployment)) return [];
  if (reportedUsd === undefined && instanceHours === 0) return [];
  const labels: CostLabels = {
    ...labelsOf(attributes),
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
