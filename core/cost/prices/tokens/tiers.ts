import type { ModelInfo, Provider } from '@pydantic/genai-prices';
import type { ServiceTier } from '../../../telemetry/events.ts';
import type { TokenItem } from '../../entry.ts';

interface TierFactor {
  /** Of the standard price. */
  factor: number;
  source: string;
}

/** Providers whose tier costs the same share of every model's standard price. What is not here is unpriced. */
const OF_PROVIDER: readonly (TierFactor & { provider: string; tier: ServiceTier; items: readonly TokenItem[] })[] = [
  {
    provider: 'anthropic',
    tier: 'batch',
    factor: 0.5,
    // "50% of the standard price on all usage: input, output, cache writes and cache reads".
    items: ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWrite5mTokens', 'cacheWrite1hTokens'],
    source: 'dev.to/neverpaytwice/claude-batch-api-half-price-if-you-can-wait-ecg',
  },
  {
    provider: 'aws',
    tier: 'batch',
    factor: 0.5,
    items: ['inputTokens', 'outputTokens'],
    source: 'redresscompliance.com/aws-ai-bedrock-licensing.html',
  },
];

/** What the price list says of tiers in its comments, in its words. */
const IN_COMMENTS: readonly { tier: ServiceTier; words: RegExp; factor: (number: number) => number }[] = [
  {
    tier: 'batch',
    words: /Batch(?: API offers| and Flex tiers offer) (?:a )?(\d+)% discount( on input\/output)?/,
    factor: off,
  },
  { tier: 'flex', words: /Batch and Flex tiers offer (\d+)% discount( on input\/output)?/, factor: off },
  { tier: 'priority', words: /Priority tier is ([\d.]+)x/, factor: (times) => times },
];

function off(percent: number): number {
  return 1 - percent / 100;
}

/** The share of the standard price that a tier costs; undefined where no source says. */
export const tierFactor = (of: {
  provider: Provider;
  model: ModelInfo;
  tier: ServiceTier;
  item: TokenItem;
}): TierFactor | undefined => {
  const { provider, model, tier, item } = of;
  if (tier === 'standard') return { factor: 1, source: '' };
  const known = OF_PROVIDER.find((each) => each.provider === provider.id && each.tier === tier);
  if (known?.items.includes(item)) return known;
  for (const comment of [model.price_comments, provider.price_comments])
    for (const { words, factor } of IN_COMMENTS.filter((each) => each.tier === tier)) {
      const [, number, isNotOfCache] = words.exec(comment ?? '') ?? [];
      const isPlain = item === 'inputTokens' || item === 'outputTokens';
      if (number !== undefined && (isPlain || isNotOfCache === undefined))
        return { factor: factor(Number(number)), source: 'its comment' };
    }
  return undefined;
};
