import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resultOf } from '../../adapters/aws/apiGateway.ts';
import { awsExports } from '../../adapters/aws/exports.ts';
import { exportRoutes } from '../../adapters/http/exportRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { type ArchiveWorld, addAll, archiveWorld, call, calls, NOON } from './archiveWorld.ts';
import { startMemoryS3 } from './memoryS3.ts';
import { type Service, startDynalite } from './services.ts';

let services: { s3: Service; dynamo: Service };
let world: ArchiveWorld;
let dir: string;
beforeAll(async () => {
  services = { s3: await startMemoryS3(), dynamo: await startDynalite() };
});
afterAll(() => Promise.all(Object.values(services ?? {}).map((service) => service.stop())));
beforeEach(async () => {
  world = await archiveWorld({ s3: services.s3.endpoint, dynamo: services.dynamo.endpoint });
  dir = await mkdtemp(join(tmpdir(), 'modelmeter-exports-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** What API Gateway is answered. */
const ask = async (path: string, headers: Record<string, string> = {}) => {
  const exports = awsExports({ archive: world.archive, rollups: memoryRollupStore(), compression: zstd() });
  const app = serveRoutes({ allowedHosts: ['*'], log: () => undefined, now: () => NOON + 1e6 }, [
    exportRoutes(exports),
  ]);
  const request = new Request(`https://api.example.org${path}`, { headers });
  return resultOf(await app.fetch(request), request);
};

const FROM = `from=${new Date(NOON - 1000).toISOString()}`;

describe('an export in AWS', () => {
  it('has archived records and those that wait, each once, as lines of JSON', async () => {
    await world.rolled({ events: calls(5) });
    await addAll(world.archive);
    await world.rolled({ events: calls(5, NOON + 5) });

    const { statusCode, body } = await ask(`/v1/export/events?${FROM}`);

    expect(statusCode).toBe(200);
    expect(
      body!
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(calls(10));
  });

  it('is CSV with the columns of its kind', async () => {
    await world.rolled({ events: [call(NOON, { client: 'a, "b"' })] });

    const { body } = await ask(`/v1/export/events?${FROM}&format=csv`);

    const [head, row] = body!.split(/\r?\n/);
    expect(head).toMatch(/^kind,id,timestamp,/);
    expect(row).toContain('"a, ""b"""');
  });

  it.each(['inference', 'span'])('of %s is one Parquet file that DuckDB reads', async (kind) => {
    const span = {
      traceId: 't',
      spanId: 's',
      name: 'n',
      kind: 'client',
      timestamp: NOON + 0.25,
      durationMs: 1,
      status: 'ok',
    };
    await world.rolled({ events: calls(3), spans: [{ ...span, resource: {}, attributes: {} }] });
    await addAll(world.archive);

    const { body, isBase64Encoded } = await ask(`/v1/export/events?${FROM}&kind=${kind}&format=parquet`);

    expect(isBase64Encoded).toBe(true);
    const path = join(dir, 'export.parquet');
    writeFileSync(path, Buffer.from(body!, 'base64'));
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    const column = kind === 'span' ? 'spanKind' : 'id';
    const found = await duck.runAndReadAll(`SELECT ${column} FROM read_parquet('${path}')`);
    expect(found.getRowsJS().flat()).toEqual(kind === 'span' ? ['client'] : calls(3).map(({ id }) => id));
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('larger than a function can pass on is refused, and says what to do', async () => {
    const attributes = { text: 'x'.repeat(100_000) };
    await world.rolled({ events: Array.from({ length: 80 }, (_, i) => call(NOON + i, { attributes })) });

    const { statusCode, body } = await ask(`/v1/export/events?${FROM}`);

    expect(statusCode).toBe(413);
    expect(JSON.parse(body!).detail).toMatch(/shorter range.*Athena/);
    expect((await ask(`/v1/export/events?${FROM}&limit=20`)).statusCode).toBe(200);
  });

  it('that fails before its first record is a problem, not half an answer', async () => {
    await world.rolled({ events: calls(1) });
    await services.s3.stop();

    const { statusCode, body } = await ask(`/v1/export/events?${FROM}`);

    services.s3 = await startMemoryS3();
    expect(statusCode).toBe(503);
    expect(JSON.parse(body!).type).toContain('storageFailed');
  });
});
