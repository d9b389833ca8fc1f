import type { PriceKey, PriceTable, Quote } from './book.ts';
import { AWS_USAGE } from './data/awsUsage.ts';

/** The price of one unit of storage, traffic or functions. */
export interface UsagePrice {
  kind: 'storage' | 'transfer' | 'function';
  /** Storage class, route, or what is counted of a function. */
  name: string;
  /** US dollars for a GB-month, a GB, a request, a GB-second. */
  usd: number;
  source: string;
  asOf: string;
}

const REGION = 'us-east-1';

/** What a price is for, where it is one of these. */
const asked = (key: PriceKey): Pick<UsagePrice, 'kind' | 'name'> | undefined => {
  if (key.kind === 'storage') return { kind: 'storage', name: key.storageClass };
  if (key.kind === 'transfer') return { kind: 'transfer', name: key.route };
  return key.kind === 'function' ? { kind: 'function', name: key.item } : undefined;
};

const UNITS = { requests: '{request}', gbSeconds: 'GB.s' };
const unitOf = ({ kind, name }: UsagePrice): string =>
  kind === 'storage' ? 'GB.mo' : kind === 'transfer' ? 'GB' : UNITS[name as keyof typeof UNITS];

/** Storage, traffic and functions of AWS, from a dated snapshot of one region. */
export const usagePrices: PriceTable = {
  quote(key): Quote | undefined {
    const wanted = asked(key);
    if (wanted === undefined) return undefined;
    const { kind, name } = wanted;
    const found = AWS_USAGE.find((price) => price.kind === kind && price.name === name);
    if (found === undefined || key.region !== REGION)
      return { usd: null, missing: `no price of ${kind} ${name} in ${key.region ?? 'a region that is not known'}` };
    return { usd: found.usd, source: found.source, asOf: found.asOf };
  },

  *list() {
    for (const { kind, name, ...price } of AWS_USAGE)
      yield { kind, name, provider: 'aws', region: REGION, unit: unitOf({ kind, name, ...price }), ...price };
  },
};
