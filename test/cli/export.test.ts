import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRoutes } from '../../adapters/http/exportRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { withDuckDb } from '../../adapters/local/archive/duckdb.ts';
import { openDataFolder } from '../../adapters/local/dataFolder.ts';
import { exportsOf } from '../../adapters/local/exports.ts';
import { type LocalPorts, localPorts } from '../../adapters/local/ports.ts';
import { cardinalityGuard, DEFAULT_LIMITS } from '../../core/rollups/cardinality.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { compact } from '../../core/usecases/compact.ts';
import type { RollupRow } from '../../core/usecases/exportRollups.ts';
import { rollUp } from '../../core/usecases/rollUp.ts';
import { recordingServer, run } from './harness.ts';

const startMs = Date.UTC(2026, 0, 31, 12);
const events: ModelEvent[] = Array.from({ length: 300 }, (_, i) => ({
  kind: 'inference' as const,
  timestamp: startMs + i * 10_000,
  deployment: i % 3 === 0 ? 'a,"b"' : 'c',
  team: 'search',
  status: 'ok',
  source: 'event' as const,
  latencyMs: i + 0.5,
  inputTokens: i,
  prediction: i % 2 === 0 ? i : `class ${i}`,
  features: { age: i, plan: 'pro\nplus' },
}));

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-export-'));
let ports: LocalPorts;
let folder: { close(): void };
let server: Server;
let url = '';

beforeAll(async () => {
  folder = openDataFolder(dir);
  ports = localPorts(dir);
  const { batchLog: log, rollupStore: rollups, deploymentStore: deployments, compression, archive } = ports;
  const roll = rollUp({ log, rollups, deployments, compression, guard: cardinalityGuard(DEFAULT_LIMITS) });
  const keep = async (id: string, some: ModelEvent[]) => {
    const batch = { id, receivedAt: startMs + HOUR, content: { ...emptyContent(), events: some } };
    await log.append({ batch, fingerprint: id, receipt: { batchId: id, accepted: some.length, rejected: 0 } });
    await roll(startMs + HOUR);
  };
  await keep('first', events.slice(0, 200));
  await archive.add({ maxItems: 1000 });
  await compact({ rollups, compression })(startMs + 2 * HOUR, { all: true });
  await keep('second', events.slice(200)); // in the log and in loose blocks still

  const app = serveRoutes({ log: () => {}, now: Date.now }, [exportRoutes(exportsOf(dir, ports))]);
  server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  ports.close();
  folder.close();
  rmSync(dir, { recursive: true, force: true });
});

const RANGE = ['--from', '2026-01-31T12:00Z', '--to', '2026-01-31T13:00Z'];
const exported = (...args: string[]) => run(['export', ...args, ...RANGE, '--url', url]);
const parsed = <T>(ndjson: string): T[] => ndjson.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));

/** Imports a file into a server that records, and gives the events that came, by time. */
const imported = async (path: string, ...args: string[]) => {
  const recorder = await recordingServer();
  const { code, stderr } = await run(['import', path, ...args, '--url', recorder.url]);
  recorder.close();
  expect([code, stderr]).toEqual([0, '']);
  return recorder
    .events()
    .map((event) => ({ ...event, timestamp: new Date(event.timestamp).getTime() }))
    .toSorted((a, b) => a.timestamp - b.timestamp);
};

describe('export of events', () => {
  it('writes each event of the range once as NDJSON, archived or not yet', async () => {
    const { code, stdout } = await exported('events');

    expect(code).toBe(0);
    expect(parsed(stdout)).toEqual(events);
  });

  it.each(['ndjson', 'csv', 'parquet'])('as %s is taken back by import as it was', async (format) => {
    const path = join(dir, `events.${format}`);
    const { code, stderr } = await exported('events', '--format', format, '-o', path);

    expect([code, stderr]).toEqual([0, expect.stringMatching(/: [\d,]+ bytes\n$/)]);
    expect(await imported(path)).toEqual(events);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(join(dir, 'archive', 'tmp', 'exports'))).toEqual([]);
    expect(readdirSync(dir).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('of another kind or range is empty', async () => {
    expect((await exported('events', '--kind', 'training')).stdout).toBe('');
    expect((await exported('events', '--kind', 'span', '--format', 'csv')).stdout).toMatch(
      /^timestamp,durationMs,.*\r\n$/,
    );
  });

  it('says what is wrong with a range', async () => {
    const { code, stderr } = await run(['export', 'events', '--from', 'tuesday', '--url', url]);

    expect([code, stderr]).toEqual([2, expect.stringMatching(/answered 400: from: "tuesday" is no time/)]);
  });
});

describe('export of rollups', () => {
  it('gives every measure of every series and minute, compacted or not', async () => {
    const { stdout } = await exported('rollups', '--family', 'inference.team');
    const rows = parsed<RollupRow>(stdout);

    const latency = rows.filter(({ measure }) => measure === 'latency');
    expect(latency).toHaveLength(50);
    expect(latency[0]).toMatchObject({
      ...{ family: 'inference.team', stepMs: MINUTE, timestamp: startMs, labels: { team: 'search', source: 'event' } },
      ...{ count: 6, sum: 18, min: 0.5, max: 5.5, last: 5.5 },
    });
    expect(latency[0]!.p50).toBeCloseTo(3, 1);
    const total = (name: string) =>
      rows.filter(({ measure }) => measure === name).reduce((sum, row) => sum + (row.sum ?? 0), 0);
    expect([total('events'), total('inputTokens')]).toEqual([300, (299 * 300) / 2]);
  });

  it('gives all families as CSV, and as Parquet the same rows', async () => {
    const csv = await exported('rollups', '--format', 'csv');
    const path = join(dir, 'rollups.parquet');
    await exported('rollups', '--format', 'parquet', '-o', path);

    const lines = csv.stdout.trim().split('\r\n');
    expect(lines[0]).toBe('family,stepMs,timestamp,labels,measure,count,sum,min,max,last,p50,p95,p99');
    const [count, families] = await withDuckDb(dir, async (duck) => {
      const all = await duck.runAndReadAll(`SELECT count(*)::INT, count(DISTINCT family)::INT FROM '${path}'`);
      return all.getRowsJS()[0] as number[];
    });
    expect(count).toBe(parsed((await exported('rollups')).stdout).length);
    expect(families).toBeGreaterThan(4);
  });

  it('of a range gives the buckets that start in it', async () => {
    const args = ['--from', String(startMs + 5 * MINUTE), '--to', String(startMs + 7 * MINUTE), '--url', url];
    const { stdout } = await run(['export', 'rollups', '--family', 'inference.team', ...args]);

    const times = new Set(parsed<RollupRow>(stdout).map(({ timestamp }) => timestamp));
    expect([...times]).toEqual([startMs + 5 * MINUTE, startMs + 6 * MINUTE]);
  });
});

describe('import of Parquet', () => {
  it('says when it is none', async () => {
    const { code, stderr } = await run(['import', import.meta.filename, '--format', 'parquet', '--url', url]);

    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be read as Parquet of inference events: /)]);
  });
});
