import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_ITEMS, type TokenItem } from '../../../core/cost/entry.ts';
import { standardPrices } from '../../../core/cost/prices/standard.ts';
import { billableTokens, type TokenCounts } from '../../../core/cost/tokens.ts';
import { shapeOfProvider, tokenShapeOf } from '../../../core/telemetry/genai/tokenShape.ts';

const tokensOf = (call: TokenCounts) => Object.values(billableTokens(call).tokens);

describe('billable tokens', () => {
  it.each<[string, TokenCounts, number[]]>([
    // input, output, cache read, written for five minutes, written for an hour
    ['nothing reported', {}, [0, 0, 0, 0, 0]],
    ['no cache, exclusive', { tokenShape: 'exclusive', inputTokens: 1000, outputTokens: 50 }, [1000, 50, 0, 0, 0]],
    ['no cache, inclusive', { tokenShape: 'inclusive', inputTokens: 1000, outputTokens: 50 }, [1000, 50, 0, 0, 0]],
    ['a hit, exclusive', { tokenShape: 'exclusive', inputTokens: 200, cacheReadTokens: 800 }, [200, 0, 800, 0, 0]],
    ['a hit, inclusive', { tokenShape: 'inclusive', inputTokens: 1000, cacheReadTokens: 800 }, [200, 0, 800, 0, 0]],
    ['a write, exclusive', { tokenShape: 'exclusive', inputTokens: 10, cacheWriteTokens: 990 }, [10, 0, 0, 990, 0]],
    ['a write, inclusive', { tokenShape: 'inclusive', inputTokens: 1000, cacheWriteTokens: 990 }, [10, 0, 0, 990, 0]],
    [
      'both, partly for an hour, exclusive',
      {
        tokenShape: 'exclusive',
        inputTokens: 10,
        cacheReadTokens: 500,
        cacheWriteTokens: 400,
        cacheWrite1hTokens: 300,
      },
      [10, 0, 500, 100, 300],
    ],
    [
      'both, partly for an hour, inclusive',
      {
        tokenShape: 'inclusive',
        inputTokens: 910,
        cacheReadTokens: 500,
        cacheWriteTokens: 400,
        cacheWrite1hTokens: 300,
      },
      [10, 0, 500, 100, 300],
    ],
    [
      'only the hour reported',
      { tokenShape: 'inclusive', inputTokens: 310, cacheWrite1hTokens: 300 },
      [10, 0, 0, 0, 300],
    ],
  ])('of %s', (_, call, tokens) => {
    expect(tokensOf(call)).toEqual(tokens);
    expect(billableTokens(call).isContradictory).toBe(false);
  });

  it('count no uncached input, and say so, where more is cached than the prompt is said to have', () => {
    expect(billableTokens({ tokenShape: 'inclusive', inputTokens: 10, cacheReadTokens: 11 })).toEqual({
      tokens: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 11, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 },
      isContradictory: true,
    });
  });

  it('are the prompt, each token once, in either shape', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (uncached, read, write5m, write1h) => {
        const cached = { cacheReadTokens: read, cacheWriteTokens: write5m + write1h, cacheWrite1hTokens: write1h };
        const exclusive = billableTokens({ tokenShape: 'exclusive', inputTokens: uncached, ...cached });
        const inputTokens = uncached + read + write5m + write1h;
        const inclusive = billableTokens({ tokenShape: 'inclusive', inputTokens, ...cached });

        expect(exclusive).toEqual(inclusive);
        expect(Object.values(inclusive.tokens).reduce((a, b) => a + b)).toBe(inputTokens);
      }),
    );
  });
});

describe('the shape of token counts', () => {
  it.each([
    ['aws.bedrock', 'exclusive'],
    ['anthropic', 'exclusive'],
    ['AWS_Bedrock', 'exclusive'],
    ['openai', 'inclusive'],
    ['azure.ai.openai', 'inclusive'],
    ['gcp.gemini', 'inclusive'],
    ['vllm', 'inclusive'],
    ['somebody else', 'inclusive'],
    [undefined, 'inclusive'],
  ])('of %s is %s', (provider, shape) => {
    expect(shapeOfProvider(provider)).toBe(shape);
  });

  it('is what was said before what the provider does, and what can only be before what is usual', () => {
    expect(tokenShapeOf({ tokenShape: 'inclusive', provider: 'anthropic', inputTokens: 9, cacheReadTokens: 5 })).toBe(
      'inclusive',
    );
    expect(tokenShapeOf({ provider: 'openai', inputTokens: 9, cacheReadTokens: 10 })).toBe('exclusive');
  });
});

/** Literal prices in US dollars for a million tokens, so that nothing of the book is used to check it. */
const AT = { july: Date.parse('2026-07-15T12:00:00Z'), october: Date.parse('2026-10-15T12:00:00Z') };
const CALLS = {
  none: { inputTokens: 10_000, outputTokens: 1_000 },
  hit: { inputTokens: 10_000, outputTokens: 1_000, cacheReadTokens: 8_000 },
  write: { inputTokens: 10_000, outputTokens: 1_000, cacheWriteTokens: 6_000 },
  write1h: { inputTokens: 10_000, outputTokens: 1_000, cacheWriteTokens: 6_000, cacheWrite1hTokens: 6_000 },
} satisfies Record<string, TokenCounts>;
/** The same calls as an API says them that counts cached tokens apart. */
const apart = (call: TokenCounts): TokenCounts => ({
  ...call,
  inputTokens: call.inputTokens! - (call.cacheReadTokens ?? 0) - (call.cacheWriteTokens ?? 0),
  tokenShape: 'exclusive',
});

const book = standardPrices();
const price = (call: TokenCounts, of: { model: string; provider: string; atMs: number }): number | string => {
  const { tokens } = billableTokens(call);
  let usd = 0;
  for (const item of TOKEN_ITEMS) {
    if (tokens[item] === 0) continue;
    const quote = book.quote({ kind: 'tokens', item, region: 'us-east-1', ...of }, of.atMs);
    if (quote.usd === null) return quote.missing;
    usd += tokens[item] * quote.usd;
  }
  return usd;
};

describe('what a call costs', () => {
  it.each<[model: string, provider: string, when: keyof typeof AT, call: keyof typeof CALLS, usd: number]>([
    // regional: input 3.30, output 16.50, read 0.33, written 4.125
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'none', 0.033 + 0.0165],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'hit', 0.0066 + 0.00264 + 0.0165],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'write', 0.0132 + 0.02475 + 0.0165],
    // global: input 3.00, output 15.00, read 0.30, written 3.75
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'none', 0.03 + 0.015],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'hit', 0.006 + 0.0024 + 0.015],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws.bedrock', 'october', 'write', 0.012 + 0.0225 + 0.015],
    // regional, with a price for an hour: input 4.40, output 22.00, written for an hour 8.80
    ['us.anthropic.claude-opus-5-5', 'aws.bedrock', 'october', 'write1h', 0.0176 + 0.0528 + 0.022],
    // Anthropic's own: input 2.00, output 10.00, read 0.20, written 2.50, for an hour 4.00
    ['claude-sonnet-5', 'anthropic', 'october', 'hit', 0.004 + 0.0016 + 0.01],
    ['claude-sonnet-5', 'anthropic', 'october', 'write1h', 0.008 + 0.024 + 0.01],
    // OpenAI: input 2.50, output 10.00, read 1.25
    ['gpt-4o', 'openai', 'october', 'hit', 0.005 + 0.01 + 0.01],
    // until 2026-08-21 input 5, output 30, read 0.50, written 6.25; since then 4, 20, 0.40, 5
    ['global.openai.gpt-5.6-sol', 'aws.bedrock', 'july', 'hit', 0.01 + 0.004 + 0.03],
    ['global.openai.gpt-5.6-sol', 'aws.bedrock', 'october', 'hit', 0.008 + 0.0032 + 0.02],
    ['global.openai.gpt-5.6-sol', 'aws.bedrock', 'july', 'write', 0.02 + 0.0375 + 0.03],
    ['global.openai.gpt-5.6-sol', 'aws.bedrock', 'october', 'write', 0.016 + 0.03 + 0.02],
  ])('%s by %s in %s, cache %s: %d in either shape', (model, provider, when, call, usd) => {
    const of = { model, provider, atMs: AT[when] };

    expect(price({ ...CALLS[call], tokenShape: 'inclusive' }, of)).toBeCloseTo(usd, 12);
    expect(price(apart(CALLS[call]), of)).toBeCloseTo(usd, 12);
  });

  it('is not known where one of its items has no price', () => {
    const of = { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', provider: 'aws.bedrock', atMs: AT.october };

    expect(price(CALLS.write1h, of)).toBe(`no price of cacheWrite1hTokens of ${of.model}`);
  });

  it('is the same for a sum as for its parts', () => {
    const quote = (item: TokenItem) =>
      book.quote({ kind: 'tokens', item, model: 'gpt-4o', provider: 'openai', region: undefined }, AT.july).usd!;
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.constantFrom('inputTokens', 'outputTokens'), (a, b, item) => {
        const usd = quote(item as TokenItem);

        expect((a + b) * usd).toBeCloseTo(a * usd + b * usd, 8);
      }),
    );
  });
});
