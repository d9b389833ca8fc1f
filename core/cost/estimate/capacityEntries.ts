import type { DeploymentAttributes } from '../../ports.ts';
import type { CostEntry, CostLabels, Operation } from '../entry.ts';
import type { PriceBook, Quote } from '../prices/book.ts';
import type { Allocation } from './allocate.ts';
import { labelsOf, priced, serviceOf } from './labels.ts';
import { shares } from './share.ts';
import type { Capacity, Usage } from './types.ts';

interface Known {
  quote: Quote;
  /** What the registry says of the deployment; {} of nobody's. */
  owner: DeploymentAttributes;
  /** Of the deployment in that hour. */
  calls: readonly Usage[];
  isTrainer: boolean;
}

/** A part of a resource's cost; work is the callers' by how long their calls took, the rest the deployment's owner's. */
export const capacityEntries = (
  capacity: Capacity,
  { deployment, line, instanceHours }: Allocation,
  { quote, owner, calls, isTrainer }: Known,
): CostEntry[] => {
  const { startMs, resource, instanceType, region, account, service, purchase } = capacity;
  const shared: CostLabels = {
    ...labelsOf({ ...owner, deployment, provider: capacity.provider ?? 'aws' }), // who is paid, not what serves
    resource,
    pricing: purchase,
    line,
    item: 'instanceHours',
    ...(instanceType === undefined ? {} : { resourceType: instanceType }),
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { account }),
    service: service ?? serviceOf(instanceType),
  };
  const operation: Operation =
    deployment === undefined ? 'other' : isTrainer && calls.length === 0 ? 'training' : 'inference';
  if (line !== 'work' || calls.length === 0)
    return [priced({ startMs, labels: { ...shared, operation }, quantity: instanceHours }, quote)];
  const parts = shares(instanceHours, calls.map(workIn(calls)));
  return calls.flatMap((usage, i) =>
    parts[i]! > 0
      ? [priced({ startMs, labels: { ...shared, ...callerOf(usage), operation }, quantity: parts[i]! }, quote)]
      : [],
  );
};

/** What work is measured by among these calls: how long they kept the model, or how many they are where nobody says how long. */
export const workIn = (calls: readonly Usage[]): ((usage: Usage) => number) =>
  calls.some(({ busyMs }) => busyMs > 0) ? ({ busyMs }) => busyMs : ({ requests }) => requests;

const CALLER = ['model', 'modelVersion', 'team', 'project', 'client'] as const;
const callerOf = (usage: Usage): CostLabels => {
  const labels: CostLabels = {};
  for (const name of CALLER) if (usage[name] !== undefined) labels[name] = usage[name];
  return labels;
};

/** The price of one hour of an instance. */
export const quoteOf = (prices: PriceBook, { instanceType, resource, startMs, ...of }: Capacity): Quote =>
  instanceType === undefined
    ? { usd: null, missing: `nothing says what instance type ${resource} is` }
    : prices.quote(
        {
          kind: 'instance',
          instanceType,
          region: of.region,
          purchase: of.purchase,
          ...(of.provider === undefined ? {} : { provider: of.provider }),
        },
        startMs,
      );
