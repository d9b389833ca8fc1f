import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../core/telemetry/batch.ts';
import { InferenceEvent } from '../../../core/telemetry/events.ts';
import { inferencesOf } from '../../../core/telemetry/genai/inferences.ts';
import { AMOUNTS, SERVED_MODEL, TOKENS } from '../../../core/telemetry/genai/names.ts';
import { DIMENSIONS } from '../../../core/telemetry/otlp/dimensions.ts';
import { aCall, aSpan } from './spans.ts';

const eventOf = (span: SpanRecord) => inferencesOf([span]).events[0]!;

describe('The event of a model call', () => {
  it('has model, tokens, times and attribution by the current conventions', () => {
    const span = aCall(
      {
        'gen_ai.provider.name': 'aws.bedrock',
        'gen_ai.response.model': 'm-2025',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': '20',
        'gen_ai.usage.cache_read.input_tokens': 80,
        'gen_ai.usage.cache_creation.input_tokens': 5,
        'gen_ai.response.time_to_first_chunk': 0.25,
        'enduser.id': 'ann',
        team: 'ranking',
      },
      {
        spanId: 'a',
        service: 'search',
        resource: { 'service.name': 'search', team: 'search', project: 'p', 'cloud.region': 'eu-west-1' },
      },
    );

    expect(eventOf(span)).toEqual({
      kind: 'inference',
      id: 't-a',
      traceId: 't',
      source: 'span',
      timestamp: 1_748_779_200_000,
      deployment: 'search/m-2025',
      model: 'm-2025',
      endpoint: 'chat',
      provider: 'aws.bedrock',
      client: 'ann',
      team: 'ranking',
      project: 'p',
      region: 'eu-west-1',
      latencyMs: 120,
      status: 'ok',
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 80,
      cacheWriteTokens: 5,
      tokenShape: 'inclusive',
      timeToFirstTokenMs: 250,
    });
  });

  it('has them by the names of OpenInference', () => {
    const attributes = {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'm',
      'llm.provider': 'openai',
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 2,
      'llm.token_count.prompt_details.cache_read': 4,
    };

    expect(eventOf(aSpan({ attributes }))).toMatchObject({
      deployment: 'm',
      model: 'm',
      provider: 'openai',
      inputTokens: 10,
      outputTokens: 2,
      cacheReadTokens: 4,
      tokenShape: 'inclusive',
    });
  });

  it('has them by the names of OpenLLMetry, and the first chunk of a stream as the first token', () => {
    const attributes = {
      'llm.request.type': 'chat',
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.prompt_tokens': 10,
      'gen_ai.usage.completion_tokens': 2,
    };
    const chunk = (ms: number) => ({
      name: 'llm.content.completion.chunk',
      timestamp: 1_748_779_200_000 + ms,
      attributes: {},
    });

    expect(eventOf(aSpan({ attributes, events: [chunk(50), chunk(40)] }))).toMatchObject({
      provider: 'OpenAI',
      inputTokens: 10,
      outputTokens: 2,
      timeToFirstTokenMs: 40,
    });
  });

  it('has the times of vLLM, which knows its queue', () => {
    const attributes = {
      'gen_ai.response.model': 'llama',
      'gen_ai.usage.prompt_tokens': 5,
      'gen_ai.latency.time_in_queue': 0.5,
      'gen_ai.latency.time_to_first_token': 0.75,
    };

    expect(eventOf(aSpan({ attributes, kind: 'server' }))).toMatchObject({ queueMs: 500, timeToFirstTokenMs: 750 });
  });

  it('names its deployment by the attribute of span or resource before the default', () => {
    const resource = { deployment: 'prod-7b' };

    expect(eventOf(aCall({}, { resource })).deployment).toBe('prod-7b');
    expect(eventOf(aCall({ 'modelmeter.deployment': 'mine' }, { resource })).deployment).toBe('mine');
    expect(eventOf(aSpan({ attributes: { 'gen_ai.operation.name': 'chat' } })).deployment).toBe('unknown');
  });

  it('is without what is nonsense, and says so', () => {
    const span = aCall({ 'gen_ai.usage.input_tokens': -5, 'gen_ai.usage.output_tokens': 1.5, team: 'x'.repeat(300) });

    const { events, problems } = inferencesOf([span]);

    expect(events[0]).not.toHaveProperty('inputTokens');
    expect(events[0]).not.toHaveProperty('outputTokens');
    expect(events[0]).not.toHaveProperty('team');
    expect(problems.map(({ message }) => message)).toEqual([
      'team: 300 characters; at most 256',
      'gen_ai.usage.input_tokens: expected a number of at least 0, got -5',
      'outputTokens: expected a whole number, got 1.5',
    ]);
  });

  it('is without absurd amounts, the span as it was, and names what it left out', () => {
    const days = 40 * 86_400_000;
    const span = {
      ...aCall({ 'gen_ai.usage.input_tokens': 1e12, team: 'a\u001fb', 'gen_ai.usage.cost': 1e7 }),
      durationMs: days,
    };

    const { events, problems } = inferencesOf([span]);

    for (const field of ['latencyMs', 'inputTokens', 'team', 'costUsd']) expect(events[0]).not.toHaveProperty(field);
    expect(problems.map(({ message }) => message)).toEqual([
      `latencyMs: expected number of at most 2678400000, got ${days}`,
      'team: it holds control characters',
      'inputTokens: expected number of at most 4294967295, got 1000000000000',
      'costUsd: expected number of at most 1000000, got 10000000',
    ]);
  });

  it('fits its schema whatever the attributes hold', () => {
    const names = [
      ...Object.values(DIMENSIONS).flat(),
      ...Object.values(TOKENS).flat(),
      ...Object.values(AMOUNTS).flatMap((factors) => Object.keys(factors)),
      ...SERVED_MODEL,
      'error.type',
      'http.response.status_code',
    ];
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.constant('x'.repeat(2000)));
    const attributes = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(attributes, attributes, fc.constantFrom('ok', 'error', 'unset'), (own, resource, status) => {
        const event = eventOf(aCall(own, { resource, status }));

        expect(InferenceEvent.safeParse(event).error).toBeUndefined();
      }),
    );
  });
});

describe('The status of a model call', () => {
  it.each<[string, Partial<SpanRecord>, string, string | undefined]>([
    ['ok without a status', {}, 'ok', undefined],
    ['ok when the span says so, whatever else', { status: 'ok', attributes: { 'error.type': 'x' } }, 'ok', undefined],
    ['error by the span', { status: 'error' }, 'error', undefined],
    ['error by its type', { attributes: { 'error.type': 'BadRequest' } }, 'error', 'BadRequest'],
    ['throttled by HTTP', { status: 'error', attributes: { 'http.response.status_code': 429 } }, 'throttled', '429'],
    [
      'throttled by type',
      { status: 'error', attributes: { 'error.type': 'ThrottlingException' } },
      'throttled',
      'ThrottlingException',
    ],
    ['throttled by message', { status: 'error', statusMessage: 'Rate limit exceeded' }, 'throttled', undefined],
    ['timeout by HTTP', { attributes: { 'http.status_code': '504' } }, 'timeout', '504'],
    ['timeout by type', { status: 'error', attributes: { 'error.type': 'timeout' } }, 'timeout', 'timeout'],
    [
      'timeout by a recorded exception',
      {
        status: 'error',
        events: [{ name: 'exception', timestamp: 0, attributes: { 'exception.type': 'APITimeoutError' } }],
      },
      'timeout',
      'APITimeoutError',
    ],
  ])('is %s', (_, { attributes, ...fields }, status, errorType) => {
    const event = eventOf(aCall(attributes ?? {}, fields));

    expect([event.status, event.errorType]).toEqual([status, errorType]);
  });
});
