import type { CostEntry, TokenItem } from '../entry.ts';
import { TOKEN_ITEMS } from '../entry.ts';
import type { PriceBook, PriceKey } from '../prices/book.ts';
import { pricedModel } from '../prices/tokens/bedrock.ts';
import { priced } from './labels.ts';

/** What an entry's unit is priced by, read back from its labels; undefined = it has no price of ours, such as what a sender reported. */
const keyOf = ({ labels }: CostEntry): PriceKey | undefined => {
  const { item, resourceType, region, provider, pricing, deployment, model } = labels;
  if ((TOKEN_ITEMS as readonly (string | undefined)[]).includes(item)) {
    const named = pricedModel({ deployment: deployment ?? '', model });
    if (named === undefined) return undefined;
    const tier = pricing === undefined || pricing === 'onDemand' ? {} : { tier: pricing as 'batch' };
    return { kind: 'tokens', item: item as TokenItem, model: named, provider, region, ...tier };
  }
  if (resourceType === undefined) return undefined;
  if (item === 'instanceHours') {
    const purchase = pricing === 'spot' ? 'spot' : 'onDemand';
    return { kind: 'instance', instanceType: resourceType, region, purchase, ...(provider ? { provider } : {}) };
  }
  if (item === 'storageGbMonths') return { kind: 'storage', storageClass: resourceType, region };
  return item === 'transferGb' ? { kind: 'transfer', route: resourceType as 'internet', region } : undefined;
};

/** The same quantities at the prices of a book: for days whose telemetry has expired. What senders reported stays as it is. */
export const repriced = (entries: Iterable<CostEntry>, prices: PriceBook): CostEntry[] =>
  Array.from(entries, (entry) => {
    const key = keyOf(entry);
    if (key === undefined) return entry;
    const { startMs, labels, quantity } = entry;
    return priced({ startMs, labels, quantity }, prices.quote(key, startMs));
  });
