import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../core/telemetry/batch.ts';
import { inferencesOf } from '../../../core/telemetry/genai/inferences.ts';
import { modelCalls } from '../../../core/telemetry/genai/modelCalls.ts';
import { aCall, aSpan } from './spans.ts';

const counted = (...spans: SpanRecord[]) => modelCalls(spans).map(({ span }) => span.spanId);

describe('A span is a call of a model', () => {
  it.each([
    ['OpenTelemetry', { 'gen_ai.operation.name': 'chat' }],
    ['OpenTelemetry embeddings', { 'gen_ai.operation.name': 'embeddings' }],
    [
      'older OpenTelemetry',
      { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'm', 'gen_ai.usage.prompt_tokens': 3 },
    ],
    ['OpenLLMetry', { 'llm.request.type': 'chat', 'gen_ai.request.model': 'm' }],
    ['OpenInference', { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' }],
    ['OpenInference embedding', { 'openinference.span.kind': 'EMBEDDING' }],
  ])('in the words of %s', (_, attributes) => {
    expect(counted(aSpan({ spanId: 'a', attributes }))).toEqual(['a']);
  });

  it.each([
    ['an HTTP request', { 'http.request.method': 'GET' }],
    [
      'an agent',
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 5 },
    ],
    ['a tool', { 'gen_ai.operation.name': 'execute_tool' }],
    ['a chain', { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': 5, 'llm.model_name': 'm' }],
    ['a workflow', { 'traceloop.span.kind': 'workflow', 'gen_ai.operation.name': 'chat' }],
    ['tokens without a model', { 'gen_ai.usage.input_tokens': 5 }],
  ])('but not when it is %s', (_, attributes) => {
    expect(counted(aSpan({ attributes }))).toEqual([]);
  });
});

describe('Of spans that tell of the same call one counts', () => {
  it('the children of an agent whose span repeats their tokens', () => {
    const agent = aSpan({
      spanId: 'agent',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.input_tokens': 30,
      },
    });
    const sum = aCall({ 'gen_ai.usage.input_tokens': 30 }, { spanId: 'sum', parentSpanId: 'agent' });
    const step = aSpan({ spanId: 'step', parentSpanId: 'sum' });
    const first = aCall({ 'gen_ai.usage.input_tokens': 10 }, { parentSpanId: 'step' });
    const second = aCall({ 'gen_ai.usage.input_tokens': 20 }, { parentSpanId: 'step' });

    const { events } = inferencesOf([first, agent, sum, step, second]);

    expect(events.map(({ inputTokens }) => inputTokens)).toEqual([10, 20]);
  });

  it('the client, not its twin on the server', () => {
    const client = aCall({}, { spanId: 'client' });
    const hop = aSpan({ spanId: 'hop', parentSpanId: 'client' });
    const server = aCall({}, { spanId: 'server', kind: 'server', parentSpanId: 'hop' });

    expect(counted(client, hop, server)).toEqual(['client']);
  });

  it('the server, when it served another model than the client asked for', () => {
    const client = aCall({}, { spanId: 'client' });
    const server = aCall(
      { 'gen_ai.request.model': 'other' },
      { spanId: 'server', kind: 'server', parentSpanId: 'client' },
    );

    expect(counted(client, server)).toEqual(['server']);
  });

  it("a gateway's own call behind its server side, not the caller's", () => {
    const app = aCall({}, { spanId: 'app' });
    const gateway = aCall({}, { spanId: 'gateway', kind: 'server', parentSpanId: 'app' });
    const provider = aCall({}, { spanId: 'provider', parentSpanId: 'gateway' });

    expect(counted(app, gateway, provider)).toEqual(['provider']);
  });

  it('each of two siblings, and of equal span ids in two traces', () => {
    const siblings = [aCall({}, { spanId: 'a', parentSpanId: 'p' }), aCall({}, { spanId: 'b', parentSpanId: 'p' })];
    const other = aCall({}, { spanId: 'a', traceId: 'other' });

    expect(counted(...siblings, other)).toEqual(['a', 'b', 'a']);
  });

  it('a span that comes twice in a request', () => {
    expect(counted(aCall({}, { spanId: 'a' }), aCall({}, { spanId: 'a' }))).toEqual(['a']);
  });

  it('and forged parents in a ring end the search', () => {
    const ring = ['a', 'b', 'c'].map((spanId, i) => aSpan({ spanId, parentSpanId: ['b', 'c', 'a'][i]! }));
    const call = aCall({}, { spanId: 'call', parentSpanId: 'a' });
    const own = aCall({}, { spanId: 'own', parentSpanId: 'own' });

    expect(counted(...ring, call, own)).toEqual(['call', 'own']);
  });
});
