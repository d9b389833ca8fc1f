import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Provider } from '@pydantic/genai-prices';
import { TOKEN_ITEMS, type TokenItem } from '../../entry.ts';
import type { PriceKey, PriceListing, PriceTable, Quote } from '../book.ts';
import { bedrockNames } from './bedrock.ts';
import { priceAt } from './priceAt.ts';
import { PAID_PROVIDERS, paidProvider } from './providers.ts';
import { tierFactor } from './tiers.ts';

/**
 * Prices of tokens from the package `@pydantic/genai-prices`, which brings its list along (half a megabyte: whoever needs no token
 * prices should not import this file). One price for all regions of a provider.
 */

/** The version that is installed, and the day it was published: what its prices are as of. */
export const TOKEN_PRICES = { version: '0.1.8', asOf: '2026-09-23' };

type TokenKey = Extract<PriceKey, { kind: 'tokens' }>;
interface Found {
  provider: Provider;
  model: ModelInfo;
}

const IN_LIST: Readonly<Record<TokenItem, string>> = {
  inputTokens: 'input_mtok',
  outputTokens: 'output_mtok',
  cacheReadTokens: 'cache_read_mtok',
  cacheWrite5mTokens: 'cache_write_mtok',
  cacheWrite1hTokens: 'cache_write_1h_mtok',
};

/** Cached tokens without a price of their own are billed as input, as the package itself does. Those for an hour never are. */
const AS_INPUT: ReadonlySet<TokenItem> = new Set(['cacheReadTokens', 'cacheWrite5mTokens']);

/** US dollars for a million tokens, and what there is to say of it; undefined where the list has none. */
const perMTok = (prices: ModelPrice, item: TokenItem): { usd: number; note: string } | undefined => {
  const own = prices[IN_LIST[item]];
  const price = own ?? (AS_INPUT.has(item) ? prices[IN_LIST.inputTokens] : undefined);
  if (price === undefined) return undefined;
  const asInput = own === undefined ? ', no price of its own: as input' : '';
  if (typeof price === 'number') return { usd: price, note: asInput };
  // Longer prompts cost more, but sums do not say how long each was.
  const from = Math.min(...price.tiers.map(({ start }) => start));
  return { usd: price.base, note: `${asInput}, for prompts of up to ${from} tokens` };
};

/** The model of that name that a provider is paid for, and of no other. */
const find = (id: string, name: string): Found | undefined => {
  const found = calcPrice({}, name, { providerId: id });
  return found === null ? undefined : { provider: found.provider, model: found.model };
};

const IS_BEDROCK_ARN = /^arn:[a-z0-9-]+:bedrock:/;

const look = (model: string, provider: string | undefined): Found | { missing: string } => {
  const isBedrock = IS_BEDROCK_ARN.test(model);
  if (provider === undefined && !isBedrock) return { missing: `the provider of ${model} is not known` };
  const paid = isBedrock ? { id: 'aws' } : paidProvider(provider!);
  if (paid === undefined) return { missing: `no token prices of provider ${provider}` };
  if (paid === 'selfHosted')
    return { missing: `${model} on ${provider} has no token price: it costs what its machines cost` };
  const looked = paid.id === 'aws' ? bedrockNames(model) : { names: [model] };
  if ('missing' in looked) return looked;
  for (const name of looked.names) {
    const found = find(paid.id, name);
    if (found !== undefined) return found;
  }
  return { missing: `no token price of ${model} by ${provider ?? 'aws.bedrock'}` };
};

const MAX_KNOWN = 10_000;
const known = new Map<string, ReturnType<typeof look>>();

/** As `look`, which takes hundreds of patterns: remembered, since a ledger asks for the same few models all the time. */
const lookOnce = ({ model, provider }: TokenKey): ReturnType<typeof look> => {
  const key = `${provider} ${model}`;
  let found = known.get(key);
  if (found === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    found = look(model, provider);
    known.set(key, found);
  }
  return found;
};

const sourceOf = ({ provider, model }: Found): string =>
  [`genai-prices ${TOKEN_PRICES.version} ${provider.id}/${model.id}`, provider.pricing_urls?.[0]]
    .filter(Boolean)
    .join(', ');

const quoteTokens = (key: TokenKey, atMs: number): Quote => {
  const found = lookOnce(key);
  if ('missing' in found) return { usd: null, ...found };
  const { item, model, tier = 'standard' } = key;
  const price = perMTok(priceAt(found.model, atMs), item);
  if (price === undefined) return { usd: null, missing: `no price of ${item} of ${model}` };
  const share = tierFactor({ ...found, tier, item });
  if (share === undefined) return { usd: null, missing: `no ${tier} price of ${item} of ${model}` };
  const note = share.source === '' ? '' : `, ${tier} is ${share.factor} of it (${share.source})`;
  return {
    usd: (price.usd * share.factor) / 1e6,
    source: `${sourceOf(found)}${price.note}${note}`,
    asOf: TOKEN_PRICES.asOf,
  };
};

function* listModel(found: Found): Iterable<PriceListing> {
  const { provider, model } = found;
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  for (const { prices, constraint } of dated)
    for (const item of TOKEN_ITEMS) {
      const price = prices[IN_LIST[item]] === undefined ? undefined : perMTok(prices, item);
      if (price === undefined) continue;
      const from = constraint?.type === 'start_date' ? { from: constraint.start_date } : {};
      yield {
        kind: 'tokens',
        name: model.id,
        provider: provider.id,
        item,
        usd: price.usd / 1e6,
        unit: '{token}',
        source: `${sourceOf(found)}${price.note}`,
        asOf: TOKEN_PRICES.asOf,
        ...from,
      };
    }
}

/** Tokens of models by those who are paid for them. A model on one's own machines never gets the price of an API. */
export const tokenPrices: PriceTable = {
  quote: (key, atMs) => (key.kind === 'tokens' ? quoteTokens(key, atMs) : undefined),

  *list() {
    for (const id of PAID_PROVIDERS) {
      const provider = findProvider({ providerId: id });
      for (const model of provider?.models ?? []) yield* listModel({ provider: provider!, model });
    }
  },
};
