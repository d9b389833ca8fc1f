import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { InferenceEvent } from '../../../core/telemetry/events.ts';
import { decodeOtlpTraces } from '../../../core/telemetry/otlp/traces.ts';
import { attributes, door, json, NOW, nanos } from './door.ts';
import { spanBodies } from './sdk.ts';

const span = (fields: object = {}) => ({
  traceId: '5B8EFFF798038103D269B633813FC60C',
  spanId: 'eee19b7ec3c1b174',
  name: 'GET /',
  startTimeUnixNano: nanos(0),
  endTimeUnixNano: nanos(5),
  ...fields,
});

const decode = (spans: unknown[], options = door(), resource: Record<string, string> = {}) =>
  decodeOtlpTraces(
    json({ resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans: [{ spans }] }] }),
    'json',
    options,
  );

describe('OTLP traces', () => {
  it('of the OpenTelemetry SDK come out the same from protobuf and JSON', () => {
    const bodies = spanBodies((tracer) => {
      const chat = tracer.startSpan('chat m', {
        kind: SpanKind.CLIENT,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'm',
          'gen_ai.usage.input_tokens': 3,
          list: [1.5, 2],
        },
      });
      chat.addEvent('first token', { n: 1 });
      chat.setStatus({ code: SpanStatusCode.ERROR, message: 'boom' });
      chat.end();
    });
    const options = door({ nowMs: Date.now() + 1000 });

    const fromProtobuf = decodeOtlpTraces(bodies.protobuf, 'protobuf', options);

    expect(fromProtobuf).toEqual(decodeOtlpTraces(bodies.json, 'json', options));
    expect(fromProtobuf.content.spans[0]).toMatchObject({
      kind: 'client',
      status: 'error',
      statusMessage: 'boom',
      service: 'search',
    });
    expect(fromProtobuf.content.events[0]).toMatchObject({ deployment: 'search/m', inputTokens: 3, status: 'error' });
    InferenceEvent.parse(fromProtobuf.content.events[0]);
  });

  it('keep times to the nanosecond, ids in lower case and enumerations by number or name', () => {
    const times = { startTimeUnixNano: `${NOW}000250`, endTimeUnixNano: `${NOW + 5}123456` };

    const decoded = decode([span({ ...times, kind: 'SPAN_KIND_SERVER', status: { code: 1 }, parentSpanId: '' })]);

    expect(decoded.content.spans).toEqual([
      {
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        name: 'GET /',
        kind: 'server',
        timestamp: NOW + 0.00025,
        durationMs: 5.123206,
        status: 'ok',
        resource: {},
        attributes: {},
      },
    ]);
  });

  it('keep a span that ends before it starts, without an event, and say so', () => {
    const call = { attributes: attributes({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }) };
    const decoded = decode([span({ ...call, endTimeUnixNano: nanos(-1) })]);

    expect([decoded.accepted, decoded.rejected, decoded.content.events]).toEqual([1, [], []]);
    expect(decoded.content.spans[0]!.durationMs).toBe(0);
    expect(decoded.noted.map(({ message }) => message)).toEqual([
      'is before the start',
      'no inference event: its latency is not known',
    ]);
  });

  it('reject a span without ids or start, or out of time, and keep what is beside it', () => {
    const bad = [
      { traceId: '' },
      { spanId: 'xyz' },
      { startTimeUnixNano: 0 },
      { startTimeUnixNano: nanos(-4e9) },
      { kind: 'odd' },
    ];
    const decoded = decode([span(), ...bad.map(span)]);

    expect(decoded.accepted).toBe(1);
    expect(decoded.rejected.map(({ path }) => path.replace('resourceSpans[0].scopeSpans[0].', ''))).toEqual([
      'spans[1].traceId',
      'spans[2].spanId',
      'spans[3].startTimeUnixNano',
      'spans[4].startTimeUnixNano',
      'spans[5].kind',
    ]);
  });

  it('drop content, of attributes and of message events, unless it is to be kept', () => {
    const secret = {
      attributes: attributes({
        'gen_ai.input.messages': 'SECRET',
        'gen_ai.prompt.0.content': 'SECRET',
        nested: { prompt: 'SECRET', n: 1 },
      }),
      events: [
        {
          name: 'gen_ai.user.message',
          attributes: attributes({ content: 'SECRET', role: 'user', text: 'SECRET', 'gen_ai.system': 'x' }),
        },
        { name: 'gen_ai.content.prompt', attributes: attributes({ 'gen_ai.prompt': 'SECRET' }) },
      ],
    };

    const dropped = decode([span(secret)]);
    const kept = decode([span(secret)], door({ keepContent: true }));

    expect(JSON.stringify(dropped)).not.toContain('SECRET');
    expect(dropped.content.spans[0]!.attributes).toEqual({ nested: { n: 1 } });
    expect(dropped.content.spans[0]!.events![0]!.attributes).toEqual({
      role: 'user',
      text: null,
      'gen_ai.system': 'x',
    });
    expect(JSON.stringify(kept).match(/SECRET/g)).toHaveLength(6);
  });

  it('are tooLarge when a long resource would be kept with very many of them', () => {
    const spans = Array.from({ length: 700 }, () => span());

    expect(() => decode(spans, door(), { long: 'x'.repeat(100_000) })).toThrow(
      expect.objectContaining({ code: 'tooLarge' }),
    );
  });

  it('hash clients wherever they stand', () => {
    const options = door({ hashClient: (client) => `hash-${client.length}` });
    const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'enduser.id': 'ann@example.com' };

    const decoded = decode([span({ attributes: attributes(call) })], options, { 'user.id': 'ann@example.com' });

    expect(JSON.stringify(decoded)).not.toContain('ann@');
    expect(decoded.content.events[0]).toMatchObject({ client: 'hash-15' });
  });
});
