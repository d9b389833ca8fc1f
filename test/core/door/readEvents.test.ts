import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../core/errors.ts';
import { checkedTime, countItems, type DoorOptions } from '../../../core/telemetry/decoded.ts';
import { readEvents } from '../../../core/telemetry/door/readEvents.ts';

const nowMs = Date.UTC(2026, 5, 15, 12);
const options: DoorOptions = { nowMs, maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false };
const anEvent = { kind: 'inference', timestamp: nowMs - 1000, deployment: 'd', latencyMs: 5, status: 'ok' };
const read = (value: unknown, more: Partial<DoorOptions> = {}) =>
  readEvents(typeof value === 'string' ? value : JSON.stringify(value), 'json', { ...options, ...more });
const only = (value: unknown, more: Partial<DoorOptions> = {}) => {
  const { content, rejected } = read(value, more);
  expect(rejected).toEqual([]);
  return content.events[0]!;
};
const fault = (value: unknown) => {
  const { rejected, accepted } = read(value);
  expect([accepted, rejected.length]).toEqual([0, 1]);
  return rejected[0]!;
};
const refusal = (work: () => unknown): AppError => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('expected an AppError');
};

describe('reading events', () => {
  it('takes one object, an array, and lines', () => {
    expect(read(anEvent).accepted).toBe(1);
    expect(read([anEvent, anEvent]).accepted).toBe(2);
    expect(readEvents(`${JSON.stringify(anEvent)}\r\n\n${JSON.stringify(anEvent)}`, 'ndjson', options).accepted).toBe(
      2,
    );
  });

  it('keeps the good events beside a bad one, and names the bad one', () => {
    const { accepted, rejected } = read([anEvent, { ...anEvent, latencyMs: 'slow' }, anEvent]);

    expect(accepted).toBe(2);
    expect(rejected).toEqual([{ index: 1, path: '/latencyMs', message: 'expected a finite number, got "slow"' }]);
  });

  it('keeps the good lines beside a broken one', () => {
    const { accepted, rejected } = readEvents(`${JSON.stringify(anEvent)}\n{"kind":\n`, 'ndjson', options);

    expect(accepted).toBe(1);
    expect(rejected).toMatchObject([{ index: 1, message: expect.stringContaining('line 1, column 9') }]);
  });

  it.each([
    ['{"a":nope}', 'line 1, column 6 (offset 5): expected a value, got "nope}"'],
    ['[1,\n 2,]', 'line 2, column 4'],
    ['{"a":1', 'expected , or the end, the text ends'],
    ['{"a" 1}', 'expected :'],
    ['{"a":"\\x"}', 'an allowed character or escape'],
    ['{"a":"b', 'the end of the string that starts at offset 5'],
    ['{}{}', 'application/x-ndjson'],
    ['{"a":NaN}', 'expected a value, got "NaN}"'],
    ['{"a":01}', 'expected a value'],
  ])('says where %s stops being JSON', (text, message) => {
    expect(refusal(() => read(text))).toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a body without events, and one with too many', () => {
    expect(refusal(() => read([])).code).toBe('invalidInput');
    expect(refusal(() => readEvents('\n \n', 'ndjson', options)).code).toBe('invalidInput');
    expect(refusal(() => read(Array(10_001).fill(1))).code).toBe('tooLarge');
    expect(refusal(() => readEvents('1\n'.repeat(10_001), 'ndjson', options)).code).toBe('tooLarge');
  });

  it('refuses what would take long to parse, before it is parsed', () => {
    expect(refusal(() => read('['.repeat(2e6))).code).toBe('tooLarge');
    expect(refusal(() => read(`[${'{},'.repeat(2e6)}{}]`)).code).toBe('tooLarge');
    expect(refusal(() => read(`{${'"a":1,'.repeat(2e6)}"b":1}`)).code).toBe('tooLarge');
    expect(
      fault(Object.fromEntries([['kind', 'outcome'], ...Array.from({ length: 200 }, (_, i) => [`k${i}`, i])])).message,
    ).toContain('more than the 128 fields');
  });

  it('says which kinds there are', () => {
    expect(fault({ kind: 'inferense' })).toMatchObject({
      path: '/kind',
      message: 'expected one of inference, outcome, training, deployment, activity, security, got "inferense"',
    });
    expect(fault({}).message).toContain('got nothing');
    expect(fault('5').message).toBe('expected an event as a JSON object, got 5');
  });

  it('names every wrong field of an event', () => {
    const { rejected } = read([anEvent, { ...anEvent, deployment: undefined, inputTokens: 1.5, confidence: 2 }, 5]);
    expect(rejected).toEqual([
      { index: 1, path: '/deployment', message: 'required: string' },
      { index: 1, path: '/inputTokens', message: 'expected a whole number, got 1.5' },
      { index: 1, path: '/confidence', message: 'expected number of at most 1, got 2' },
      { index: 2, path: '', message: 'expected an event as a JSON object, got 5' },
    ]);
    expect(countItems(rejected)).toBe(2);
    expect(fault({ ...anEvent, features: { 'a/b': [1] } })).toMatchObject({
      path: '/features/a~1b',
      message: 'expected a finite number or string or boolean, got an array',
    });
  });

  it('takes null for absent', () => {
    expect(only({ ...anEvent, model: null, attributes: null })).not.toHaveProperty('model');
    expect(fault({ ...anEvent, deployment: null }).path).toBe('/deployment');
  });

  it('marks inferences as told by an event, unless the sender says otherwise', () => {
    expect(only(anEvent)).toMatchObject({ source: 'event' });
    expect(only({ ...anEvent, source: 'span' })).toMatchObject({ source: 'span' });
  });

  it('does not mind in which shape events come, however often shapes change', () => {
    const shapes = [anEvent, { ...anEvent, model: 'm' }, { model: 'm', ...anEvent }, { ...anEvent, extra: 1 }];
    const many = Array.from({ length: 800 }, (_, i) => shapes[i % shapes.length]);

    const { accepted, content } = read(many);

    expect(accepted).toBe(800);
    expect(content.events.filter((event) => event.attributes?.extra === 1)).toHaveLength(200);
    expect(read([...many, { kind: 'inference', deployment: 'd', latencyMs: 1 }]).rejected).toMatchObject([
      { index: 800, path: '/status' },
    ]);
  });

  it('still refuses a wrong field after many good events of the same shape', () => {
    const { rejected } = read([...Array(100).fill(anEvent), { ...anEvent, latencyMs: -1 }]);

    expect(rejected).toMatchObject([{ index: 100, path: '/latencyMs' }]);
  });
});

describe('the status of an inference', () => {
  it.each([
    ['OK', 'ok'],
    ['Success', 'ok'],
    ['succeeded', 'ok'],
    ['ERROR', 'error'],
    ['Timeout', 'timeout'],
    ['throttled', 'throttled'],
    ['ContentFiltered', 'ContentFiltered'],
  ])('%s is kept as %s', (status, kept) => {
    const { content, isAsSent } = read([{ ...anEvent, status }]);

    expect(content.events).toMatchObject([{ status: kept }]);
    expect(isAsSent).toBe(status === kept);
  });
});

describe('absurd values', () => {
  it.each([
    ['inputTokens', 1e9, 1e13],
    ['latencyMs', 31 * 86_400_000, 1_763_000_000_000],
    ['queueMs', 31 * 86_400_000, 1e300],
    ['payloadBytes', 1e12, 1e13],
    ['costUsd', 1e6, 1e7],
  ])('of %s are refused: %d is taken, %d is not', (field, most, absurd) => {
    expect(only({ ...anEvent, [field]: most })).toMatchObject({ [field]: most });
    expect(fault({ ...anEvent, [field]: absurd })).toMatchObject({
      path: `/${field}`,
      message: expect.stringMatching(/^expected .* of at most [\d.e+]+, got /),
    });
  });
});

describe('names', () => {
  it('hold no control characters, have at least one character and at most 256', () => {
    for (const wrong of ['a\u001fb', '\u0000', 'two\nlines', '', 'x'.repeat(257)])
      for (const field of ['deployment', 'team', 'client', 'id'])
        expect(fault({ ...anEvent, [field]: wrong })).toMatchObject({
          path: `/${field}`,
          message: expect.stringContaining('1 to 256 characters'),
        });
    expect(only({ ...anEvent, deployment: 'Zoë 🚀 "x" \u00a0' }).deployment).toBe('Zoë 🚀 "x" \u00a0');
  });
});

describe('unknown fields', () => {
  it('are kept in attributes', () => {
    expect(only({ ...anEvent, requestId: 'r', attributes: { a: 1 } }).attributes).toEqual({ a: 1, requestId: 'r' });
  });

  it('are named once in a request, with the known field that may have been meant', () => {
    const { noted } = read([
      anEvent,
      { ...anEvent, latency: 5, shoeSize: 43, tokens: 7 },
      { ...anEvent, latency: 6, cost: 1 },
      { kind: 'activity', user: 'u', actoin: 'a', action: 'b', prompt: 'hello' },
    ]);

    const kept = 'no inference event has this field: kept in attributes';
    expect(noted).toEqual([
      { index: 1, path: '/latency', message: `${kept}; did you mean latencyMs?` },
      { index: 1, path: '/shoeSize', message: kept },
      { index: 1, path: '/tokens', message: `${kept}; did you mean tokenShape, inputTokens or outputTokens?` },
      { index: 2, path: '/cost', message: `${kept}; did you mean costUsd?` },
      { index: 3, path: '/actoin', message: expect.stringContaining('did you mean action?') },
      { index: 3, path: '/prompt', message: expect.stringContaining('dropped, since it may hold content') },
    ]);
    expect(read(anEvent).noted).toEqual([]);
  });

  it('are named twenty at most, and at no great length', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}${'x'.repeat(200)}`, i]));

    const { noted } = read([
      { ...anEvent, ...many },
      { ...anEvent, another: 1 },
    ]);

    expect(noted).toHaveLength(20);
    expect(JSON.stringify(noted).length).toBeLessThan(5_000);
  });

  it('are not told of an event that is refused', () => {
    const { noted } = read([{ ...anEvent, latency: 5, attributes: { a: 'x'.repeat(20_000) } }, anEvent]);

    expect(noted).toEqual([]);
  });

  it('do not take the place of an attribute of that name', () => {
    expect(only({ ...anEvent, zone: 'x', attributes: { zone: 'y' } }).attributes).toEqual({
      zone: 'y',
      'event.zone': 'x',
    });
  });

  it('are dropped when they hold content, unless content is kept', () => {
    const event = { ...anEvent, prompt: 'my secret', messages: ['hi'], features: { prompt: 'p', age: 3 } };

    expect(JSON.stringify(only(event))).not.toMatch(/secret|hi"|"p"/);
    expect(only(event, { keepContent: true })).toMatchObject({ attributes: { prompt: 'my secret', messages: ['hi'] } });
  });

  it('that hold content do not survive under another name', () => {
    expect(only({ ...anEvent, prompt: 'SECRET', attributes: { prompt: 'x' } }).attributes).toEqual({});
  });

  it('that hold content do not survive, whatever stands beside them', () => {
    const word = fc.constantFrom('prompt', 'Messages', 'output', 'gen_ai.prompt', 'llm.prompts.0', 'event_body');
    const secret = fc.constantFrom<unknown>('SECRET', ['SECRET'], { text: 'SECRET' }, [{ content: ['SECRET'] }]);
    const contents = fc.dictionary(word, secret);
    const harmless = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('a', 'event.prompt', 'event.output')),
      fc.oneof(fc.integer(), contents),
      { maxKeys: 5 },
    );
    const beside = fc.dictionary(word, fc.constantFrom('x', 1, null));

    fc.assert(
      fc.property(contents, harmless, beside, contents, (unknown, around, attributes, more) => {
        const sent = { ...around, ...unknown, ...anEvent, attributes: { ...around, ...attributes, ...more } };

        const { content } = read(sent);

        expect(JSON.stringify(content)).not.toContain('SECRET');
      }),
    );
  });

  it('are bounded in number, length and depth', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) });

    expect(
      fault({ ...anEvent, attributes: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, i])) }).message,
    ).toContain('65 attributes');
    expect(fault({ ...anEvent, note: 'x'.repeat(17_000) }).message).toContain('at most 16384');
    expect(only({ ...anEvent, attributes: deep(8) })).toBeDefined();
    expect(fault({ ...anEvent, attributes: deep(9) }).message).toContain('nested deeper');
    expect(
      fault(
        `{"kind":"inference","deployment":"d","latencyMs":1,"status":"ok","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      ).message,
    ).toContain('nested deeper');
  });

  it('hold no number that JSON cannot', () => {
    expect(fault(JSON.stringify({ ...anEvent, score: 0 }).replace('"score":0', '"score":1e999'))).toMatchObject({
      path: '/attributes/score',
      message: 'expected a finite number, got Infinity',
    });
    expect(fault(JSON.stringify(anEvent).replace('"latencyMs":5', '"latencyMs":1e999')).path).toBe('/latencyMs');
  });
});

describe('keys', () => {
  it('must not come twice in one object', () => {
    const text = `[${JSON.stringify(anEvent)},{"kind":"inference","latencyMs":1,"latencyMs":2},{"kind":"inference","features":{"a":1,"\\u0061":2}}]`;

    const { accepted, rejected } = read(text);

    expect(accepted).toBe(1);
    expect(rejected).toEqual([
      { index: 1, path: '/latencyMs', message: 'duplicate key "latencyMs"' },
      { index: 2, path: '/features/a', message: 'duplicate key "a"' },
    ]);
    expect(fault('{"kind":"x","kind":"y"}').message).toBe('duplicate key "kind"');
    expect(readEvents(`{"a":1,"a":2}\n${JSON.stringify(anEvent)}`, 'ndjson', options)).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, path: '/a' }],
    });
  });

  it('may look like keys inside of texts', () => {
    expect(only({ ...anEvent, errorType: 'a : b "c":d', attributes: { text: '":":' } })).toBeDefined();
  });

  it('of prototypes change nothing', () => {
    expect(fault('{"kind":"inference","__proto__":{"status":"ok"}}').message).toContain('__proto__');
    expect(fault(`{"kind":"inference","attributes":{"__proto__":{"x":1}}}`).path).toBe('/attributes/__proto__');
    expect(only({ ...anEvent, constructor: 'c' }).attributes).toEqual({ constructor: 'c' });
    expect(fault({ kind: 'constructor' }).path).toBe('/kind');
  });
});

describe('time', () => {
  const at = (timestamp: unknown) => only({ ...anEvent, timestamp }).timestamp;

  it('is ISO 8601, UTC where it names no zone, or epoch milliseconds', () => {
    const expected = Date.UTC(2026, 5, 15, 11, 30);
    for (const text of [
      '2026-06-15T11:30Z',
      '2026-06-15T11:30:00',
      '2026-06-15 13:30:00.000+02:00',
      '2026-06-15t11:30:00.000000z',
    ])
      expect(at(text)).toBe(expected);
    expect(at('2026-06-15')).toBe(Date.UTC(2026, 5, 15));
    expect(at(expected + 0.75)).toBe(expected);
  });

  it('is what Date makes of it, in any year and at any time of day', () => {
    const range = { min: new Date('1970-01-01'), max: new Date('2026-06-15'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        const read = only({ ...anEvent, timestamp: date.toISOString() }, { maxAgeMs: Number.POSITIVE_INFINITY });
        expect(read.timestamp).toBe(date.getTime());
      }),
      { numRuns: 2000 },
    );
  });

  it('is the time of arrival when it is absent', () => {
    expect(at(undefined)).toBe(nowMs);
  });

  it.each([
    'yesterday',
    '2026-02-30',
    '2026-13-01',
    '15 June 2026',
    '',
    '1781524800000',
    '2026-06-15T25:00Z',
    '2026-02-29T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
  ])('is not %s', (timestamp) => {
    expect(fault({ ...anEvent, timestamp })).toMatchObject({ path: '/timestamp' });
  });

  it('is within the range that is taken, both ends included', () => {
    expect(at(nowMs - options.maxAgeMs)).toBe(nowMs - options.maxAgeMs);
    expect(at(nowMs + options.maxAheadMs)).toBe(nowMs + options.maxAheadMs);
    expect(fault({ ...anEvent, timestamp: nowMs + options.maxAheadMs + 1 }).message).toContain(
      'outside the time range that is taken, 2026-05-11T12:00:00.000Z to 2026-06-15T12:10:00.000Z',
    );
    expect(only({ ...anEvent, timestamp: 5 }, { maxAgeMs: Number.POSITIVE_INFINITY }).timestamp).toBe(5);
  });

  it('of an import is from 1970 to 9999', () => {
    const anyAge = { maxAgeMs: Number.POSITIVE_INFINITY, maxAheadMs: Number.POSITIVE_INFINITY };
    const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

    for (const timestamp of [0, last]) expect(only({ ...anEvent, timestamp }, anyAge).timestamp).toBe(timestamp);
    for (const timestamp of [-1e300, -1, last + 1, 1e300, '1969-12-31', '0000-01-01T00:00:00.000Z'])
      expect(read({ ...anEvent, timestamp }, anyAge).rejected, String(timestamp)).toMatchObject([
        {
          path: '/timestamp',
          message: expect.stringContaining('1970-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z'),
        },
      ]);
  });

  it.each([-1e300, -1, Date.UTC(10_000, 0, 1), 1e300, Number.NaN])('of a sample is never %s', (timestampMs) => {
    const anyAge = { ...options, maxAgeMs: Number.POSITIVE_INFINITY, maxAheadMs: Number.POSITIVE_INFINITY };

    expect(() => checkedTime(timestampMs, 'timestamp', anyAge)).toThrow(/before 1970|after 9999/);
    expect(checkedTime(5, 'timestamp', anyAge)).toBe(5);
  });

  it('in another unit is recognised', () => {
    expect(fault({ ...anEvent, timestamp: nowMs / 1000 }).message).toContain('looks like seconds: send milliseconds');
    expect(fault({ ...anEvent, timestamp: nowMs * 1000 }).message).toContain('microseconds');
    expect(fault({ ...anEvent, timestamp: nowMs * 1e6 }).message).toContain('nanoseconds');
  });

  it('or an id of its own makes an event tellable from another', () => {
    const { timestamp, ...undated } = anEvent;

    expect(timestamp).toBeDefined();
    expect(read([anEvent, { ...undated, id: 'i' }]).isSelfDated).toBe(true);
    expect(read([anEvent, undated]).isSelfDated).toBe(false);
  });
});

describe('people', () => {
  const hashClient = (name: string) => `#${name}`;

  it('are hashed when the door is told to', () => {
    expect(only({ ...anEvent, client: 'ann' }, { hashClient })).toMatchObject({ client: '#ann' });
    expect(only({ kind: 'activity', user: 'ann', action: 'login', ipAddress: '::1' }, { hashClient })).toMatchObject({
      user: '#ann',
      ipAddress: '#::1',
    });
  });

  it('are hashed in attributes, and as fields that the kind does not know', () => {
    const attributes = { 'enduser.id': 'ann', plan: 'pro' };

    expect(only({ ...anEvent, user: 'ben', attributes }, { hashClient })).toMatchObject({
      attributes: { 'enduser.id': '#ann', user: '#ben', plan: 'pro' },
    });
  });

  it('who release a deployment are not', () => {
    const release = { kind: 'deployment', deployment: 'd', action: 'released', user: 'ann' };
    expect(only(release, { hashClient })).toMatchObject({ user: 'ann' });
  });
});

describe('any text', () => {
  it('is read or refused with a code, never anything else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"kind":"inference"',
      '1',
      'null',
      ' ',
      '\n',
      '\\',
      '1e999',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(pieces).map((parts) => parts.join('')),
    );

    fc.assert(
      fc.property(texts, fc.constantFrom('json' as const, 'ndjson' as const), (text, format) => {
        try {
          const { content, accepted } = readEvents(text, format, options);
          expect(content.events).toHaveLength(accepted);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).message).not.toMatch(/: not JSON$/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('that is JSON is JSON to the scanner too, and the other way round', async () => {
    const { scanJson } = await import('../../../core/telemetry/door/scanJson.ts');
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b":',
      '1',
      '-0.5e3',
      '01',
      'null',
      'tru',
      ' ',
      '"\\u00e9"',
      '"\\q"',
    );
    const texts = fc.oneof(
      fc.json(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };

    fc.assert(
      fc.property(texts, (text) => {
        expect(scanJson(text).error === undefined).toBe(isJson(text));
      }),
      { numRuns: 5000 },
    );
  });
});
