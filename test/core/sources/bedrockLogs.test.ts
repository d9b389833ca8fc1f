import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributionOf } from '../../../core/sources/attribution.ts';
import { inferenceOfLog } from '../../../core/sources/bedrockLogs/inference.ts';
import { BedrockLogRecord } from '../../../core/sources/bedrockLogs/record.ts';
import { bodyServiceTier, bodyUsage } from '../../../core/sources/bedrockLogs/usage.ts';
import { InferenceEvent } from '../../../core/telemetry/events.ts';
import { converseRecord } from './records.ts';

const eventOf = (more: Record<string, unknown> = {}, keepContent = false) =>
  inferenceOfLog(BedrockLogRecord.parse({ ...converseRecord, ...more }), { keepContent });

describe('the event of a logged call', () => {
  it('says who called what, where, how long it took and how many tokens', () => {
    expect(eventOf()).toEqual({
      kind: 'inference',
      id: 'ff4b6c63-5561-4431-93b8-06a817275900',
      timestamp: '2026-03-04T00:38:02Z',
      deployment: 'eu.anthropic.claude-sonnet-4-20250514-v1:0',
      model: 'anthropic.claude-sonnet-4-20250514-v1:0',
      provider: 'aws.bedrock',
      account: '123456789012',
      region: 'eu-west-1',
      client: 'arn:aws:sts::123456789012:assumed-role/chat-backend/web-7',
      endpoint: 'Converse',
      team: 'support',
      project: 'ticket-triage',
      status: 'ok',
      latencyMs: 302,
      inputTokens: 4 + 1000 + 200,
      outputTokens: 38,
      cacheReadTokens: 1000,
      cacheWriteTokens: 200,
      tokenShape: 'inclusive',
      attributes: { ticket: 'T-17', inferenceRegion: 'eu-central-1' },
    });
  });

  it('is an inference event by the schema', () => {
    expect(InferenceEvent.safeParse(eventOf()).success).toBe(true);
    expect(InferenceEvent.safeParse(eventOf({}, true)).success).toBe(true);
  });

  it('holds nothing of what was asked and answered', () => {
    expect(JSON.stringify(eventOf())).not.toMatch(/hello how are you|doing well/);
  });

  it('holds the texts where content is kept, and the length of one that is too long', () => {
    const long = { inputContentType: 'application/json', inputBodyJson: { text: 'x'.repeat(20_000) } };

    expect(eventOf({}, true).attributes).toMatchObject({
      prompt: expect.stringContaining('hello how are you'),
      completion: expect.stringContaining('doing well'),
    });
    expect(eventOf({ input: long }, true).attributes).toMatchObject({ promptChars: 20_011 });
  });

  it.each([
    ['ThrottlingException', 'throttled'],
    ['ModelTimeoutException', 'timeout'],
    ['ValidationException', 'error'],
    ['AccessDeniedException', 'error'],
  ])('with %s is %s', (errorCode, status) => {
    expect(eventOf({ errorCode, output: undefined })).toMatchObject({ status, errorType: errorCode });
  });

  it('knows nothing of tokens that nobody counted', () => {
    const event = eventOf({ input: undefined, output: undefined });

    for (const field of ['inputTokens', 'outputTokens', 'cacheReadTokens', 'latencyMs'])
      expect(event).not.toHaveProperty(field);
  });

  it('takes a client that the request names instead of the principal', () => {
    expect(eventOf({ requestMetadata: { client: 'tenant-4' } }).client).toBe('tenant-4');
  });
});

describe('what a logged call is paid as', () => {
  it.each([
    [{ serviceTier: { type: 'flex' } }, 'flex'],
    [{ usage: { service_tier: 'batch' } }, 'batch'],
    [{ serviceTier: { type: 'default' } }, undefined],
    [[{}, { serviceTier: { type: 'priority' } }], 'priority'],
    [undefined, undefined],
  ])('is in the body %j', (body, tier) => {
    expect(bodyServiceTier(body)).toBe(tier);
  });
});

describe('what the body of an answer tells', () => {
  it.each([
    [
      'Converse',
      { usage: { inputTokens: 35, outputTokens: 446, totalTokens: 481 }, metrics: { latencyMs: 3640 } },
      { inputTokens: 35, outputTokens: 446, latencyMs: 3640 },
    ],
    [
      'Messages of Anthropic',
      {
        usage: { input_tokens: 3, output_tokens: 13, cache_read_input_tokens: 0, cache_creation_input_tokens: 25_037 },
      },
      { inputTokens: 3, outputTokens: 13, cacheReadTokens: 0, cacheWriteTokens: 25_037 },
    ],
    [
      'Messages of Anthropic with a cache of an hour',
      {
        usage: {
          input_tokens: 3,
          cache_creation_input_tokens: 50,
          cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
        },
      },
      { inputTokens: 3, cacheWriteTokens: 50, cacheWrite1hTokens: 30 },
    ],
    [
      'Converse with a cache of an hour',
      {
        usage: {
          inputTokens: 3,
          cacheWriteInputTokens: 50,
          cacheDetails: [
            { ttl: '1h', inputTokens: 30 },
            { ttl: '5m', inputTokens: 20 },
          ],
        },
      },
      { inputTokens: 3, cacheWriteTokens: 50, cacheWrite1hTokens: 30 },
    ],
    [
      'a stream of Messages',
      [
        {
          type: 'message_start',
          message: { usage: { input_tokens: 3, output_tokens: 2, cache_read_input_tokens: 7 } },
        },
        { type: 'message_delta', usage: { output_tokens: 13 } },
        {
          type: 'message_stop',
          'amazon-bedrock-invocationMetrics': {
            inputTokenCount: 3,
            outputTokenCount: 13,
            invocationLatency: 3037,
            firstByteLatency: 2635,
          },
        },
      ],
      { inputTokens: 3, outputTokens: 13, cacheReadTokens: 7, latencyMs: 3037, timeToFirstTokenMs: 2635 },
    ],
    [
      'Llama',
      { generation: '…', prompt_token_count: 15, generation_token_count: 12 },
      { inputTokens: 15, outputTokens: 12 },
    ],
    ['Chat Completions', { usage: { prompt_tokens: 9, completion_tokens: 4 } }, { inputTokens: 9, outputTokens: 4 }],
    ['an embedding of Titan', { embedding: [0.1], inputTextTokenCount: 6 }, { inputTokens: 6 }],
  ])('is read of %s', (_api, body, usage) => {
    expect(bodyUsage(body)).toEqual(usage);
  });

  it.each([undefined, null, 'text', 7, [], {}, { usage: null }, [[{ usage: {} }]], { usage: { inputTokens: '7' } }])(
    'is nothing of %j',
    (body) => {
      expect(bodyUsage(body)).toEqual({});
    },
  );
});

describe('any body at all', () => {
  it('gives an event that the schema takes, or only numbers that it refuses by name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (outputBodyJson) => {
        const event = eventOf({ output: { outputBodyJson }, input: { inputBodyJson: outputBodyJson } }, true);
        const { error } = InferenceEvent.safeParse(event);

        for (const { path } of error?.issues ?? []) expect(String(path[0])).toMatch(/Tokens$|Ms$/);
      }),
    );
  });
});

describe('tags', () => {
  it('attribute by their usual names, whatever the case and with our prefix too', () => {
    expect(attributionOf({ Team: 'a', 'modelmeter:project': 'b', env: 'prod', 'cost-centre': '7' })).toEqual({
      attribution: { team: 'a', project: 'b', environment: 'prod' },
      others: { 'cost-centre': '7' },
    });
  });

  it('that can be no names stay as they are, and so does a second one of a field', () => {
    expect(attributionOf({ team: '', Team: 'a', 'modelmeter:team': 'b' })).toEqual({
      attribution: { team: 'a' },
      others: { team: '', 'modelmeter:team': 'b' },
    });
  });
});
