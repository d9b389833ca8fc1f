import type { PriceListing, PriceTable, Quote } from './book.ts';
import { AWS_ACCELERATORS } from './data/awsAccelerators.ts';
import { AWS_ON_DEMAND } from './data/awsOnDemand.ts';
import { GCP } from './data/gcp.ts';
import { LAMBDA_CLOUD } from './data/lambdaCloud.ts';
import { SAGEMAKER } from './data/sagemaker.ts';

/** Prices of instances as one source had them at one time, US dollars an hour. */
export interface InstanceTable {
  /** Whose instances: aws, gcp, lambda. */
  provider: string;
  source: string;
  /** YYYY-MM-DD, or YYYY-MM; undefined = the source does not say. */
  asOf: string | undefined;
  /** `*` = the same price in every region. */
  regions: readonly string[];
  rows: readonly InstanceRow[];
}

/** Type; accelerator, how many of it, vCPUs and GiB of memory, null where not known; for each region on demand and spot. */
export type InstanceRow = readonly [
  instanceType: string,
  accelerator: string | null,
  accelerators: number | null,
  vcpus: number | null,
  memoryGib: number | null,
  ...prices: readonly (readonly [onDemand?: number | null, spot?: number | null])[],
];

/** What an instance has. */
export interface InstanceFacts {
  accelerator: string | null;
  accelerators: number;
  /** Of each accelerator; undefined where not known. */
  acceleratorMemoryMib: number | undefined;
  vcpus: number;
  memoryGib: number;
}

/** Where two have a price, the first counts: those with a date before those without. */
const TABLES: readonly InstanceTable[] = [AWS_ON_DEMAND, SAGEMAKER, AWS_ACCELERATORS, GCP, LAMBDA_CLOUD];

/** Memory of one accelerator, MiB, as `awsAccelerators.ts`'s source has it. */
const MEMORY_MIB: Readonly<Record<string, number>> = {
  T4: 16_384,
  A10G: 22_888,
  L4: 22_888,
  L40S: 45_776,
  A6000: 49_152,
  V100: 16_384,
  'V100-32GB': 32_768,
  A100: 40_960,
  'A100-80GB': 81_920,
  H100: 81_920,
  H200: 144_384,
  B200: 183_359,
  Inferentia2: 32_768,
  Trainium: 32_768,
};

const FACTS = new Map<string, InstanceFacts>();
for (const [instanceType, accelerator, accelerators, vcpus, memoryGib] of TABLES.flatMap(({ rows }) => rows)) {
  if (vcpus === null || memoryGib === null) continue;
  const acceleratorMemoryMib = accelerator === null ? undefined : MEMORY_MIB[accelerator];
  const facts = { accelerator, accelerators: accelerators ?? 0, acceleratorMemoryMib, vcpus, memoryGib };
  if (!FACTS.has(instanceType)) FACTS.set(instanceType, facts);
}

/** What an instance type has; SageMaker's (`ml.g5.xlarge`) is what it runs on. Undefined where no source says. */
export const instanceFacts = (instanceType: string): InstanceFacts | undefined =>
  FACTS.get(instanceType.replace(/^ml\./, ''));

interface Priced {
  onDemand: number | null;
  spot: number | null;
}
const keyOf = (provider: string, region: string, instanceType: string) => `${provider} ${region} ${instanceType}`;
const sourceOf = ({ source, asOf }: InstanceTable) => ({ source, asOf });

/** Every price of the tables once: on demand and spot apart, since they may be of different tables. */
const PRICES = new Map<string, { [purchase in keyof Priced]?: Exclude<Quote, { usd: null }> }>();
for (const table of TABLES)
  for (const [instanceType, , , , , ...prices] of table.rows)
    for (const [i, [onDemand, spot]] of prices.entries()) {
      const key = keyOf(table.provider, table.regions[i]!, instanceType);
      const known = PRICES.get(key) ?? {};
      if (onDemand != null) known.onDemand ??= { usd: onDemand, ...sourceOf(table) };
      if (spot != null) known.spot ??= { usd: spot, ...sourceOf(table) };
      PRICES.set(key, known);
    }

const PURCHASE = { onDemand: 'on-demand', spot: 'spot' } as const;

/**
 * Instances by the hour from dated snapshots that are part of the product. A snapshot's price holds for all times: what it was
 * before, and what became of it since, no table says; the quote has the snapshot's date.
 */
export const instancePrices: PriceTable = {
  quote(key) {
    if (key.kind !== 'instance') return undefined;
    const { instanceType, region, purchase } = key;
    if (region === undefined) return { usd: null, missing: `the region of ${instanceType} is not known` };
    // aws.sagemaker and the like are AWS's.
    const provider = (key.provider ?? 'aws').split('.')[0]!;
    const known = [region, '*'].map((where) => PRICES.get(keyOf(provider, where, instanceType))?.[purchase]);
    return (
      known.find((quote) => quote !== undefined) ?? {
        usd: null,
        missing: `no ${PURCHASE[purchase]} price of ${instanceType} in ${region}`,
      }
    );
  },

  *list(): Iterable<PriceListing> {
    for (const [key, quotes] of PRICES) {
      const [provider = '', region = '', name = ''] = key.split(' ');
      for (const [purchase, quote] of Object.entries(quotes))
        yield { kind: 'instance', name, provider, region, item: purchase, unit: 'h', ...quote };
    }
  },
};
