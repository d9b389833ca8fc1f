import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { recordingServer, run } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-replay-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const trace = (name: string, rows: readonly string[]): string => {
  const path = join(dir, name);
  writeFileSync(path, [HEADER, ...rows].join('\n'));
  return path;
};
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

let server: Awaited<ReturnType<typeof recordingServer>>;
afterEach(() => server?.close());

const replay = async (path: string, ...args: string[]) => {
  server = await recordingServer();
  const startMs = Date.now();
  const outcome = await run(['replay', '--format', 'azure-llm', path, '--url', server.url, ...args]);
  const events = server.events().toSorted((a, b) => a.timestamp - b.timestamp);
  return { ...outcome, events, startMs, endMs: Date.now() };
};

describe('replay of an azure-llm trace', () => {
  it('sends every request with its tokens, without inventing a latency, so that it ends now', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => {
      const time = new Date(Date.UTC(2023, 10, 16, 18) + i * 1500).toISOString().replace('T', ' ').replace('Z', '9600');
      return `${time},${(i * 37) % 5000},${i % 211}`;
    });

    const { code, stdout, events, startMs, endMs } = await replay(trace('code.csv', rows), '--speed', 'max');

    expect([code, stdout]).toEqual([0, '1,200 accepted, 0 rejected\n']);
    expect(sum(events.map(({ inputTokens }) => inputTokens))).toBe(sum(rows.map((row) => Number(row.split(',')[1]))));
    expect(sum(events.map(({ outputTokens }) => outputTokens))).toBe(sum(rows.map((row) => Number(row.split(',')[2]))));
    expect(events[0]).toEqual({
      kind: 'inference',
      timestamp: events[0].timestamp,
      deployment: 'code',
      status: 'ok',
      inputTokens: 0,
      outputTokens: 0,
    });
    const lastMs = events.at(-1).timestamp;
    expect(lastMs).toBeGreaterThanOrEqual(startMs);
    expect(lastMs).toBeLessThanOrEqual(endMs);
    expect(lastMs - events[0].timestamp).toBe(1199 * 1500);
  });

  it('keeps its own dates when asked to, as an import', async () => {
    const rows = ['2023-11-16 18:17:03.9799600,4808,10', '2023-11-16 18:17:04.0319600,3180,8'];

    const { code, events } = await replay(trace('dated.csv', rows), '--keep-time', '--deployment', 'code-model');

    expect(code).toBe(0);
    expect(events).toMatchObject([
      { timestamp: Date.UTC(2023, 10, 16, 18, 17, 3, 979), deployment: 'code-model', inputTokens: 4808 },
      { timestamp: Date.UTC(2023, 10, 16, 18, 17, 4, 31), outputTokens: 8 },
    ]);
    expect(server.requests[0]!.headers['modelmeter-import']).toBe('true');
  });

  it('goes N times as fast as it was', async () => {
    const rows = [0, 10, 20].map((s) => `2023-11-16 18:00:${String(s).padStart(2, '0')}.0000000,1,1`);

    const { code, events, startMs, endMs } = await replay(trace('paced.csv', rows), '--speed', '10');

    expect(code).toBe(0);
    expect(endMs - startMs).toBeGreaterThan(2000);
    expect(server.requests).toHaveLength(3);
    const times = events.map(({ timestamp }) => timestamp);
    expect([times[1] - times[0], times[2] - times[1]]).toEqual([10_000, 10_000]);
    expect(times[2]).toBeLessThanOrEqual(endMs);
  });

  it('tells malformed rows with their lines and keeps the good ones', async () => {
    const good = '2023-11-16 18:17:03.9799600,1,2';
    const rows = [
      good,
      'yesterday,1,2',
      good,
      '2023-11-16 18:17:03,1',
      '2023-11-16 18:17:03,x,2',
      good,
      '',
      `${good}.5`,
    ];

    const { code, stdout, stderr, events } = await replay(trace('bad.csv', rows), '--speed', 'max');

    expect([code, stdout]).toEqual([2, '3 accepted, 4 rejected\n']);
    expect(events).toHaveLength(3);
    expect(stderr).toMatch(/line 3: TIMESTAMP: expected a time such as .*, got "yesterday"/);
    expect(stderr).toMatch(/line 5: .*got 2/);
    expect(stderr).toMatch(/line 6: ContextTokens: expected a whole number, got "x"/);
    expect(stderr).toMatch(/line 9: GeneratedTokens: .*got "2\.5"/);
  });

  it('refuses a file of another format, and one without requests', async () => {
    const other = join(dir, 'other.csv');
    writeFileSync(other, 'time,tokens\n1,2\n');

    const wrong = await replay(other);
    const empty = await replay(trace('empty.csv', []));

    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('lacks TIMESTAMP, ContextTokens, Generated'),
    ]);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('there is no request in it')]);
  });
});
