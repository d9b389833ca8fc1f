import { afterEach, describe, expect, it } from 'vitest';
import { render } from '../../adapters/cli/query.ts';
import { sparkline } from '../../adapters/cli/sparkline.ts';
import { shortNumber } from '../../adapters/cli/table.ts';
import { recordingServer, run } from './harness.ts';

const startMs = Date.UTC(2026, 0, 31, 12);
const answer = {
  metric: 'inference.latency',
  unit: 'ms',
  from: startMs,
  to: startMs + 1_200_000,
  step_s: 300,
  note: 'a note',
  series: [
    {
      labels: { model: 'llama' },
      stat: 'p95',
      points: [1, 2, null, 8].map((value, i): [number, number | null] => [startMs + i * 300_000, value]),
    },
    { labels: { model: '' }, stat: 'p95', points: [[startMs, null]] as [number, number | null][] },
  ],
};

let server: Awaited<ReturnType<typeof recordingServer>>;
afterEach(() => server?.close());

describe('query', () => {
  it('asks as the contract says and shows a table', async () => {
    server = await recordingServer(() => ({ status: 200, body: answer }));
    const args = [
      '--stat',
      'p95',
      '--group-by',
      'model',
      '--filter',
      'team:a b,c',
      '--filter',
      'status!:ok',
      '--limit',
      '3',
    ];

    const { code, stdout } = await run(['query', 'inference.latency', ...args, '--url', server.url]);

    expect([code, stdout]).toEqual([0, `${render(answer)}\n`]);
    const { searchParams, pathname } = new URL(server.requests[0]!.path, server.url);
    expect(pathname).toBe('/v1/query');
    expect([...searchParams].sort()).toEqual([
      ['filter', 'status!:ok'],
      ['filter', 'team:a b,c'],
      ['from', 'now-24h'],
      ['groupBy', 'model'],
      ['limit', '3'],
      ['metric', 'inference.latency'],
      ['stat', 'p95'],
      ['to', 'now'],
    ]);
  });

  it('passes on CSV and JSON as the server writes them', async () => {
    server = await recordingServer(({ headers }) => ({
      status: 200,
      body: headers.accept === 'text/csv' ? 'a,b\r\n' : '{"a":1}',
    }));

    expect((await run(['query', 'm', '--csv', '--url', server.url])).stdout).toBe('a,b\r\n');
    expect((await run(['query', 'm', '--json', '--url', server.url])).stdout).toBe('{"a":1}\n');
  });

  it('says what the server did not like', async () => {
    server = await recordingServer(() => ({
      status: 404,
      body: { detail: 'no metric is named "m"; did you mean n?' },
    }));

    const { code, stderr } = await run(['query', 'm', '--url', server.url]);

    expect([code, stderr]).toEqual([
      2,
      'modelmeter: the server answered 404: no metric is named "m"; did you mean n?\n',
    ]);
  });
});

describe('the table of an answer', () => {
  it('shows last, least and greatest value and the course of each series', () => {
    expect(render(answer).split('\n')).toEqual([
      'inference.latency [ms], from 2026-01-31 12:00 to 2026-01-31 12:20 UTC, steps of 5 min',
      'note: a note',
      '',
      'model   stat  last  min  max  course',
      'llama   p95      8    1    8  ▁▂ █',
      '(none)  p95      –    –    –',
    ]);
  });

  it('shows one value where one stands for the whole range', () => {
    const one = {
      ...answer,
      from: startMs,
      to: startMs + 3_600_000,
      step_s: 0,
      series: [{ labels: {}, stat: 'sum', points: [[startMs, 1234567.8]] as [number, number][] }],
    };

    expect(render(one).split('\n').slice(2)).toEqual(['', 'stat      value', 'sum   1,234,568']);
    expect(render({ ...one, series: [] })).toMatch(/no series$/);
  });

  it.each([
    [[], 10, ''],
    [[null, null], 10, '  '],
    [[5, 5, 5], 10, '▁▁▁'],
    [[-4, 0, 3, null, 4], 10, '▁▅█ █'],
    [[1, 1, 3, 3], 2, '▁█'],
    [[null, 1, null, 2], 2, '▁█'],
  ])('draws %j in %i columns', (values, width, expected) => {
    expect(sparkline(values, width)).toBe(expected);
  });

  it.each([
    [null, '–'],
    [0, '0'],
    [0.012345, '0.01235'],
    [1234.567, '1,235'],
    [123_456_789, '123,456,789'],
    [1e-9, '1.000e-9'],
    [-2.5, '-2.5'],
  ])('writes %j as %s', (value, expected) => {
    expect(shortNumber(value)).toBe(expected);
  });
});
