import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DoorOptions } from '../../../core/telemetry/decoded.ts';
import { asEvents } from '../../../core/telemetry/door/asSent.ts';
import { readEvents } from '../../../core/telemetry/door/readEvents.ts';

const nowMs = Date.UTC(2026, 5, 15, 12);
const options: DoorOptions = { nowMs, maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false };
const read = (events: unknown, more: Partial<DoorOptions> = {}, format: 'json' | 'ndjson' = 'json') =>
  readEvents(typeof events === 'string' ? events : JSON.stringify(events), format, { ...options, ...more });
const anEvent = { kind: 'inference', timestamp: '2026-06-15T11:00:00.5Z', deployment: 'd', latencyMs: 5, status: 'ok' };

const time = fc.oneof(
  fc.integer({ min: nowMs - 1e9, max: nowMs }).map((ms) => new Date(ms).toISOString()),
  fc.integer({ min: nowMs - 1e9, max: nowMs }).map((ms) => new Date(ms).toISOString().slice(0, 16)),
  fc.integer({ min: nowMs - 1e9, max: nowMs }).map((ms) => `${new Date(ms).toISOString().slice(0, 19)}+00:00`),
  fc.integer({ min: nowMs - 1e9, max: nowMs }),
  fc.double({ min: nowMs - 1e9, max: nowMs }),
);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const features = fc.dictionary(
  fc.constantFrom('age', 'prompt', 'plan'),
  fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), text),
);
/** What hardly changes on its way in. */
const plain = fc.oneof(
  fc.record(
    {
      kind: fc.constant('inference'),
      timestamp: time,
      deployment: text,
      status: text,
      latencyMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      inputTokens: fc.nat(),
      cacheReadTokens: fc.nat(1000),
      provider: fc.constantFrom('aws.bedrock', 'openai'),
      client: text,
      source: fc.constantFrom('event', 'span'),
      prediction: fc.oneof(text, fc.boolean(), fc.integer()),
    },
    { requiredKeys: ['kind', 'timestamp', 'deployment', 'status'] },
  ),
  fc.record({ kind: fc.constant('activity'), timestamp: time, user: text, action: text }),
);
/** What the door does something to. */
const oddities = fc.oneof(
  fc.record({ attributes: fc.dictionary(fc.constantFrom('zone', 'prompt', 'input.value'), fc.jsonValue()) }),
  fc.record({ features }),
  fc.record({ shoeSize: fc.jsonValue(), messages: fc.jsonValue() }),
  fc.constantFrom({ model: null }, { timestamp: null }, { kind: 'song' }, { deployment: 3 }, { confidence: 7 }),
);
const events = fc.array(
  fc
    .tuple(plain, fc.oneof({ arbitrary: fc.constant({}), weight: 3 }, oddities), fc.boolean())
    .map(([event, odd, isFirst]) => (isFirst ? { ...odd, ...event, ...odd } : { ...event, ...odd })),
  { minLength: 1, maxLength: 4 },
);

describe('a body whose events are as they were sent', () => {
  it('gives exactly the same events when it is parsed again', () => {
    const ways = fc.record({
      keepContent: fc.boolean(),
      hashClient: fc.constantFrom(undefined, undefined, undefined, (name: string) => `#${name}`),
      space: fc.constantFrom(undefined, 1),
    });
    let kept = 0;
    let rewritten = 0;

    fc.assert(
      fc.property(
        fc.oneof(events, fc.array(plain, { minLength: 1 })),
        ways,
        (sent, { space, keepContent, hashClient }) => {
          const body = JSON.stringify(sent, null, space);
          const { content, isAsSent } = read(body, { keepContent, ...(hashClient && { hashClient }) });
          if (isAsSent) expect(asEvents(JSON.parse(body))).toEqual(content.events);
          if (isAsSent) kept++;
          else rewritten++;
        },
      ),
      { numRuns: 2000 },
    );

    expect(kept).toBeGreaterThan(400);
    expect(rewritten).toBeGreaterThan(400);
  });

  it('is an array in which nothing was rejected, moved, dropped, dated or hashed', () => {
    const isAsSent = (...args: Parameters<typeof read>) => read(...args).isAsSent;
    const { timestamp, ...undated } = anEvent;

    expect(isAsSent([anEvent, { ...anEvent, source: 'span', timestamp: nowMs }])).toBe(true);
    expect(isAsSent([{ ...anEvent, attributes: { a: 1 } }], { keepContent: true })).toBe(true);

    expect(timestamp).toBeDefined();
    for (const odd of [undated, { ...anEvent, model: null }, { ...anEvent, extra: 1 }, { ...anEvent, latencyMs: 'x' }])
      expect(isAsSent([anEvent, odd])).toBe(false);
    expect(isAsSent([{ ...anEvent, attributes: { prompt: 'secret' } }])).toBe(false);
    expect(isAsSent([{ ...anEvent, features: { prompt: 'secret' } }])).toBe(false);
    expect(isAsSent([anEvent], { hashClient: (name) => `#${name}` })).toBe(false);
    expect(isAsSent(anEvent)).toBe(false);
    expect(isAsSent(JSON.stringify(anEvent), {}, 'ndjson')).toBe(false);
    expect(isAsSent(`[${JSON.stringify(anEvent)},{"kind":"inference","kind":"inference"}]`)).toBe(false);
  });
});
