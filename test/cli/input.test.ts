import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEvent } from '../../adapters/cli/input/csvEvents.ts';
import type { Item } from '../../adapters/cli/input/item.ts';
import { jsonItems } from '../../adapters/cli/input/jsonItems.ts';
import { lines } from '../../adapters/cli/input/lines.ts';
import { readItems } from '../../adapters/cli/input/readItems.ts';

/** A text as a stream of chunks of `size` bytes. */
const chunked = (text: string, size = 7): Readable => {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return Readable.from(chunks);
};

const collect = async (items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const read = async (text: string, name = '', size = 7) => {
  const problems: [number, string][] = [];
  const items = await collect(
    readItems(
      { stream: chunked(text, size), name },
      { defaultKind: 'inference', onProblem: (line, message) => problems.push([line, message]) },
    ),
  );
  return { items, problems, events: () => items.map((item) => JSON.parse(item.text)) };
};

describe('reading JSON as it streams in', () => {
  it('finds the items of any array, wherever it is cut, however it is laid out', async () => {
    const values = fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer(), fc.string()));
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 2), async (all, size, indent) => {
        const items = await collect(jsonItems(chunked(JSON.stringify(all, null, indent), size), () => {}));

        expect(items.map((item) => JSON.parse(item.text))).toEqual(all.map((one) => JSON.parse(JSON.stringify(one))));
        for (const { text } of items) expect(text).not.toContain('\n');
      }),
    );
  });

  it('tells the line where each item begins', async () => {
    const { items } = await read('[\n  {"a": 1},\n\n  {\n    "b": 2\n  }\n]\n');

    expect(items.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('takes one object, also over several lines, and a byte order mark', async () => {
    expect((await read('\ufeff{\n "kind": "inference"\n}')).events()).toEqual([{ kind: 'inference' }]);
  });

  it('keeps what was whole when the file is cut off, and says so', async () => {
    const { events, problems } = await read('[{"a":1},\n{"b":');

    expect(events()).toEqual([{ a: 1 }]);
    expect(problems).toEqual([
      [2, 'the file ends inside this event'],
      [2, 'the file ends before the ] of its array: is it complete?'],
    ]);
  });

  it('refuses an endless item instead of filling the memory', async () => {
    await expect(read(`[{"a":"${'x'.repeat(5 * 2 ** 20)}`, '', 65536)).rejects.toThrow(
      /line 1: an event longer than 4 MiB/,
    );
  });
});

describe('reading lines', () => {
  it('gives every line that is not blank with its number, and splits at newlines only', async () => {
    const text = '\ufeff{"a":"\u2028"}\r\n\n  \n{"b":2}';

    const items = await collect(lines(chunked(text, 3)));

    expect(items).toEqual([
      { text: '{"a":"\u2028"}', line: 1 },
      { text: '{"b":2}', line: 4 },
    ]);
  });
});

describe('the format of a file', () => {
  it.each([
    ['data.ndjson', '{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ['', '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['', ' [{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['', '{"a":\n1}', [{ a: 1 }]],
    ['', 'kind,deployment\nsecurity,d', [{ kind: 'security', deployment: 'd' }]],
    ['data.CSV', 'deployment\nd', [{ kind: 'inference', deployment: 'd' }]],
    ['', '', []],
  ])('named "%s" and beginning %j is told', async (name, text, expected) => {
    expect((await read(text, name)).events()).toEqual(expected);
  });
});

describe('a row of CSV', () => {
  it('becomes an event by the types of the schema: a model named "4" stays text', () => {
    const row = {
      deployment: 'd',
      model: '4',
      latencyMs: '12.5',
      inputTokens: '7',
      coldStart: 'TRUE',
      client: '0012',
      timestamp: '1700000000000',
      prediction: '0.25',
      region: '',
    };

    expect(toEvent(row, 'inference')).toEqual({
      kind: 'inference',
      deployment: 'd',
      model: '4',
      latencyMs: 12.5,
      inputTokens: 7,
      coldStart: true,
      client: '0012',
      timestamp: 1_700_000_000_000,
      prediction: 0.25,
    });
  });

  it('gathers dotted columns, takes whole objects as JSON, and guesses what the schema does not know', () => {
    const row = {
      'features.age': '41',
      'features.plan': 'pro',
      attributes: '{"a":1}',
      'attributes.b.c': 'false',
      extra: '3',
    };

    expect(toEvent(row, 'inference')).toEqual({
      kind: 'inference',
      features: { age: 41, plan: 'pro' },
      attributes: { a: 1, 'b.c': false },
      extra: 3,
    });
  });

  it('leaves to the server what is no number', () => {
    expect(toEvent({ latencyMs: 'fast' }, 'inference')).toEqual({ kind: 'inference', latencyMs: 'fast' });
  });

  it('of the wrong length is told with its line and left out', async () => {
    const { events, problems } = await read('deployment,status\na,ok\nb\n"c ""x""",ok\n', 'x.csv');

    expect(events().map(({ deployment }) => deployment)).toEqual(['a', 'c "x"']);
    expect(problems).toEqual([[3, expect.stringMatching(/columns length is 2, got 1/)]]);
  });

  it('needs a header that names each column once', async () => {
    await expect(read('a,b,a\n1,2,3\n', 'x.csv')).rejects.toThrow(/names the column "a" twice/);
    await expect(read('team;status\na;ok\n', 'x.csv')).rejects.toThrow(/has no comma but ";": separate the columns/);
    await expect(read('team\tstatus\na\tok\n', 'x.csv')).rejects.toThrow(/has no comma but "\\t"/);
  });
});
