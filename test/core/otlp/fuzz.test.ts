import * as fc from 'fast-check';
import { compress } from 'snappyjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../core/errors.ts';
import { isConventionContentKey } from '../../../core/telemetry/content.ts';
import type { Decoded, DoorOptions } from '../../../core/telemetry/decoded.ts';
import { InferenceEvent } from '../../../core/telemetry/events.ts';
import type { OtlpEncoding } from '../../../core/telemetry/otlp/body.ts';
import { decodeOtlpLogs } from '../../../core/telemetry/otlp/logs.ts';
import { decodeOtlpMetrics } from '../../../core/telemetry/otlp/metrics.ts';
import { decodeOtlpTraces } from '../../../core/telemetry/otlp/traces.ts';
import { decodeRemoteWrite } from '../../../core/telemetry/remoteWrite/decode.ts';
import { message, series } from '../remoteWrite/request.ts';
import { any, attributes, door, json, NOW } from './door.ts';
import { logBodies, metricBodies, spanBodies } from './sdk.ts';

const runs = { numRuns: process.env.MODELMETER_LONG ? 20_000 : 300 };
const options: DoorOptions = door({
  nowMs: Date.now(),
  maxAgeMs: Infinity,
  maxAheadMs: Infinity,
  hashClient: (c) => `#${c}`,
});

/** Whatever was sent: an answer that keeps its promises, or an AppError of the two codes. */
const holds = (work: () => Decoded): void => {
  let decoded: Decoded;
  try {
    decoded = work();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(['invalidInput', 'tooLarge']).toContain((error as AppError).code);
    return;
  }
  for (const sample of decoded.content.samples) {
    expect(Number.isFinite(sample.value) && Number.isFinite(sample.timestamp)).toBe(true);
    expect(Object.values(sample.labels).every((value) => typeof value === 'string')).toBe(true);
  }
  for (const event of decoded.content.events) expect(InferenceEvent.safeParse(event).error).toBeUndefined();
  for (const problem of decoded.rejected) expect(typeof problem.path).toBe('string');
  expect(JSON.parse(JSON.stringify(decoded.content))).toEqual(decoded.content);
};

const decoders = { metrics: decodeOtlpMetrics, traces: decodeOtlpTraces, logs: decodeOtlpLogs };
type Signal = keyof typeof decoders;
const signals = Object.keys(decoders) as Signal[];
const real: Partial<Record<Signal, Record<OtlpEncoding, Uint8Array>>> = {};

beforeAll(async () => {
  real.metrics = await metricBodies((meter) => {
    meter.createCounter('tokens').add(42, { model: 'm' });
    meter.createHistogram('latency').record(5);
    meter.createGauge('level').record(0.5);
  });
  real.traces = spanBodies((tracer) => {
    const span = tracer.startSpan('chat', {
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', n: [1, 2] },
    });
    span.addEvent('first token');
    span.end();
  });
  real.logs = logBodies((logger) => logger.emit({ body: { a: [1, 'x'] }, attributes: { k: true } }));
});

/** Changes of single bytes, cuts and repetitions. */
const mutations = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(20) }), {
  minLength: 1,
  maxLength: 6,
});
const mutated = (bytes: Uint8Array, changes: readonly { at: number; byte: number; cut: number }[]): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  for (const { at, byte } of changes) copy[at % copy.length] = byte;
  return changes[0]!.cut === 0 ? copy.subarray(0, changes[0]!.at % copy.length) : copy;
};

describe.each(signals)('The decoder of %s', (signal) => {
  const decode = (body: Uint8Array, encoding: OtlpEncoding) => decoders[signal](body, encoding, options);

  it('answers or refuses any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom<OtlpEncoding>('protobuf', 'json'),
        (bytes, encoding) => holds(() => decode(bytes, encoding)),
      ),
      runs,
    );
  });

  it('answers or refuses any damage to real bytes', () => {
    fc.assert(
      fc.property(mutations, fc.constantFrom<OtlpEncoding>('protobuf', 'json'), (changes, encoding) =>
        holds(() => decode(mutated(real[signal]![encoding], changes), encoding)),
      ),
      runs,
    );
  });

  it('answers or refuses any JSON, and any value in the place of a real one', () => {
    const text = new TextDecoder();
    const replaced = (value: unknown, countdown: { left: number }, by: unknown): unknown => {
      if (countdown.left-- === 0) return by;
      if (Array.isArray(value)) return value.map((item) => replaced(item, countdown, by));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, countdown, by)]));
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(80), (value, place) => {
        holds(() => decode(json(value), 'json'));
        const whole: unknown = JSON.parse(text.decode(real[signal]!.json));
        holds(() => decode(json(replaced(whole, { left: place }, value)), 'json'));
      }),
      runs,
    );
  });
});

describe('The decoder of remote write', () => {
  const valid = message({
    timeseries: [
      series({ __name__: 'up', job: 'x' }, { samples: [{ value: 1, timestamp: NOW }] }),
      series(
        { __name__: 'rpc' },
        {
          histograms: [
            {
              timestamp: NOW,
              countInt: 3,
              schema: 2,
              positiveSpans: [{ offset: 1, length: 2 }],
              positiveDeltas: [1, 1],
            },
          ],
        },
      ),
    ],
    metadata: [{ type: 1, metricFamilyName: 'up' }],
  });

  it('answers or refuses any bytes, compressed or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        holds(() => decodeRemoteWrite(bytes, options));
        holds(() => decodeRemoteWrite(compress(bytes), options));
      }),
      runs,
    );
  });

  it('answers or refuses any damage to real bytes, before and after compression', () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        holds(() => decodeRemoteWrite(mutated(compress(Uint8Array.from(valid)), changes), options));
        holds(() => decodeRemoteWrite(compress(mutated(valid, changes)), options));
      }),
      runs,
    );
  });
});

describe('Content in OTLP', () => {
  it('never survives the door, wherever the attribute stands', () => {
    const key = fc.constantFrom(
      'gen_ai.prompt.0.content',
      'gen_ai.input.messages',
      'llm.input_messages.0.message.content',
      'input.value',
      'traceloop.entity.output',
      'prompt',
      'messages',
    );
    const value = fc.constantFrom<Parameters<typeof any>[0]>('SECRET', ['SECRET'], { role: 'user', text: 'SECRET' });
    fc.assert(
      fc.property(key, value, fc.constantFrom(...signals), fc.nat(5), (name, secret, signal, place) => {
        const at = (n: number) =>
          attributes(place === n ? { [name]: secret } : place === 3 ? { nested: { [name]: secret } } : {});
        const times = {
          timeUnixNano: `${NOW}000000`,
          startTimeUnixNano: `${NOW}000000`,
          endTimeUnixNano: `${NOW}000000`,
        };
        const item = {
          ...times,
          traceId: 'aa',
          spanId: 'bb',
          attributes: at(0),
          events: [
            { name: 'e', attributes: at(1) },
            ...(place === 4 ? [{ name: 'gen_ai.user.message', attributes: attributes({ body: secret }) }] : []),
          ],
          ...(place === 5
            ? { eventName: 'gen_ai.choice', body: any(secret) }
            : { body: any(place === 3 ? { [name]: secret } : 1) }),
        };
        const resource = { attributes: at(2) };
        const bodies = {
          metrics: {
            resourceMetrics: [
              {
                resource,
                scopeMetrics: [
                  { metrics: [{ name: 'm', gauge: { dataPoints: [{ ...times, attributes: at(0), asInt: 1 }] } }] },
                ],
              },
            ],
          },
          traces: { resourceSpans: [{ resource, scopeSpans: [{ spans: [item] }] }] },
          logs: { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [item] }] }] },
        };
        // Plain words are ordinary names of a metric's labels.
        if (signal === 'metrics' && place === 0 && !isConventionContentKey(name)) return;

        const decoded = decoders[signal](json(bodies[signal]), 'json', { ...options, hashClient: (client) => client });

        expect(JSON.stringify(decoded)).not.toContain('SECRET');
        expect(decoded.accepted + decoded.rejected.length).toBe(1);
      }),
      runs,
    );
  });
});
