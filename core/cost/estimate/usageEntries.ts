import { type CostEntry, type CostLabels, TOKEN_ITEMS } from '../entry.ts';
import type { PriceBook, PriceKey, Quote } from '../prices/book.ts';
import { pricedModel } from '../prices/tokens/bedrock.ts';
import { labelsOf, priced } from './labels.ts';
import type { Usage } from './types.ts';

/** What calls cost by their tokens, or as their sender said. Of a model on capacity of its own only what was said counts. */
export const usageEntries = (usage: Usage, prices: PriceBook, isOwn: boolean): CostEntry[] => {
  const { startMs, tokens, model, provider, region, serviceTier, client } = usage;
  const shared: CostLabels = {
    ...labelsOf(usage),
    ...(client === undefined ? {} : { client }),
    operation: 'inference',
    line: 'work',
    resourceType: 'tokens',
    ...(provider === 'aws.bedrock' ? { service: 'Amazon Bedrock' } : {}),
  };
  const paidModel = pricedModel({ deployment: usage.deployment, model });
  const entries: CostEntry[] = [];
  if (usage.reportedRequests > 0)
    entries.push({
      startMs,
      labels: { ...shared, item: 'reportedCost' },
      quantity: usage.reportedRequests,
      cost: usage.reportedUsd,
    });
  if (isOwn) return entries;
  for (const item of TOKEN_ITEMS) {
    const quantity = tokens[item] ?? 0;
    if (quantity === 0) continue;
    const tier = serviceTier as Extract<PriceKey, { kind: 'tokens' }>['tier'];
    const quote: Quote =
      paidModel === undefined
        ? { usd: null, missing: `no model is named by the calls of ${usage.deployment}` }
        : prices.quote(
            { kind: 'tokens', item, model: paidModel, provider, region, ...(tier ? { tier } : {}) },
            startMs,
          );
    entries.push(priced({ startMs, labels: { ...shared, item, pricing: tier ?? 'onDemand' }, quantity }, quote));
  }
  if (entries.length === 0)
    entries.push({
      startMs,
      labels: { ...shared, resourceType: 'unknown', item: 'requests' },
      quantity: usage.requests,
      cost: null,
      missing: `nothing says what ${usage.deployment} runs on, and its calls report no tokens and no cost`,
    });
  return entries;
};
