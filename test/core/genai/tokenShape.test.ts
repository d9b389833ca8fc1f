import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../core/telemetry/door/readEvents.ts';
import type { Inference } from '../../../core/telemetry/events.ts';
import { inferencesOf } from '../../../core/telemetry/genai/inferences.ts';
import { aCall } from './spans.ts';

const nowMs = Date.UTC(2026, 5, 15, 12);
const door = { nowMs, maxAgeMs: 86_400_000, maxAheadMs: 600_000, keepContent: false };
const received = (fields: object): Inference => {
  const event = { kind: 'inference', deployment: 'd', status: 'ok', inputTokens: 100, ...fields };
  return readEvents(JSON.stringify(event), 'json', door).content.events[0] as Inference;
};
const reported = (attributes: Record<string, unknown>, resource: Record<string, unknown> = {}): Inference =>
  inferencesOf([
    aCall(
      {
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.input_tokens': 100,
        ...attributes,
      },
      { resource },
    ),
  ]).events[0]!;

describe('the shape of token counts of an event', () => {
  it('is noted by its provider where something was cached', () => {
    expect(received({ provider: 'aws.bedrock', cacheReadTokens: 5 }).tokenShape).toBe('exclusive');
    expect(received({ provider: 'openai', cacheReadTokens: 5 }).tokenShape).toBe('inclusive');
    expect(received({ provider: 'openai', cacheWriteTokens: 500 }).tokenShape).toBe('exclusive');
    expect(received({ provider: 'aws.bedrock' }).tokenShape).toBeUndefined();
  });

  it('is what the sender says', () => {
    expect(received({ provider: 'aws.bedrock', cacheReadTokens: 5, tokenShape: 'inclusive' }).tokenShape).toBe(
      'inclusive',
    );
  });

  it('is left to the registry of deployments where there is no provider', () => {
    expect(received({ cacheReadTokens: 5 }).tokenShape).toBeUndefined();
  });
});

describe('the shape of token counts of a span', () => {
  it('is the one of the conventions, whoever the provider is', () => {
    expect(reported({ 'gen_ai.usage.cache_read.input_tokens': 80 }).tokenShape).toBe('inclusive');
    expect(reported({}).tokenShape).toBeUndefined();
  });

  it('is another where more was cached than went in, or where it is said', () => {
    expect(reported({ 'gen_ai.usage.cache_read.input_tokens': 800 }).tokenShape).toBe('exclusive');
    const cached = { 'gen_ai.usage.cache_read.input_tokens': 80 };
    expect(reported({ ...cached, 'modelmeter.tokenShape': 'exclusive' }).tokenShape).toBe('exclusive');
    expect(reported(cached, { 'modelmeter.tokenShape': 'exclusive' }).tokenShape).toBe('exclusive');
    expect(reported({ ...cached, 'modelmeter.tokenShape': 'odd' }).tokenShape).toBe('inclusive');
  });
});

describe('what a span is paid as', () => {
  it.each([
    [{ 'openai.response.service_tier': 'flex' }, 'flex'],
    [{ 'gen_ai.openai.request.service_tier': 'priority' }, 'priority'],
    [{ 'openai.response.service_tier': 'default' }, undefined],
    [{ 'openai.request.service_tier': 'auto' }, undefined],
    [{}, undefined],
  ])('is in %j', (attributes, tier) => {
    expect(reported(attributes).serviceTier).toBe(tier);
  });

  it('counts tokens cached for an hour', () => {
    const written = { 'gen_ai.usage.cache_creation.input_tokens': 50 };
    expect(reported({ ...written, 'gen_ai.usage.cache_creation.ephemeral_1h_input_tokens': 30 })).toMatchObject({
      cacheWriteTokens: 50,
      cacheWrite1hTokens: 30,
    });
  });
});
