import type { DeploymentAttributes } from '../../ports.ts';
import type { CostEntry, CostLabels, Operation } from '../entry.ts';
import type { PriceBook, Quote } from '../prices/book.ts';
import type { Allocation } from './allocate.ts';
import { labelsOf, priced, serviceOf } from './labels.ts';
import { shares } from './share.ts';
import type { Capacity, Usage } from './types.ts';

/** A part of a resource's cost; work is the callers' by how long their calls took, the rest the deployment's owner's. */
export const capacityEntries = (
  capacity: Capacity,
  { deployment, line, instanceHours }: Allocation,
  quote: Quote,
  owner: DeploymentAttributes,
  used: readonly Usage[],
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
  const isTraining = line === 'work' && used.length === 0;
  const operation: Operation = deployment === undefined ? 'other' : isTraining ? 'training' : 'inference';
  if (line !== 'work' || used.length === 0)
    return [priced({ startMs, labels: { ...shared, operation }, quantity: instanceHours }, quote)];
  const parts = shares(
    instanceHours,
    used.map(({ busyMs, requests }) => busyMs || requests),
  );
  return used.map((usage, i) =>
    priced({ startMs, labels: { ...shared, ...callerOf(usage), operation }, quantity: parts[i]! }, quote),
  );
};

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
