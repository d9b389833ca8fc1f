import type { DeploymentAttributes } from '../../ports.ts';
import { ATTRIBUTES, type CostEntry, type CostLabels } from '../entry.ts';
import type { Quote } from '../prices/book.ts';

/** What is known of a deployment, as labels of a cost. */
export const labelsOf = (attributes: DeploymentAttributes & { deployment?: string | undefined }): CostLabels => {
  const labels: CostLabels = {};
  for (const name of ATTRIBUTES) if (attributes[name] !== undefined) labels[name] = attributes[name];
  return labels;
};

/** The service as a bill names it. */
export const serviceOf = (instanceType: string | undefined): string =>
  instanceType?.startsWith('ml.') ? 'Amazon SageMaker' : 'Amazon Elastic Compute Cloud';

type Unpriced = Pick<CostEntry, 'startMs' | 'labels' | 'quantity'>;

/** An entry with its cost, or with what is missing. */
export const priced = (entry: Unpriced, quote: Quote): CostEntry =>
  quote.usd === null
    ? { ...entry, cost: null, missing: quote.missing }
    : { ...entry, cost: entry.quantity * quote.usd };
