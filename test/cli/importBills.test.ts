import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_PRINCIPAL } from '../../adapters/http/access.ts';
import { billRoutes } from '../../adapters/http/billRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { billsOf } from '../../adapters/local/bills/billsOf.ts';
import { openDataFolder } from '../../adapters/local/dataFolder.ts';
import { type LocalPorts, localPorts } from '../../adapters/local/ports.ts';
import { Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import type { Principal } from '../../core/ports.ts';
import { csvOf, focusRow } from '../core/cost/bill/world.ts';
import { run } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-import-bills-'));
const data = join(dir, 'data');
let ports: LocalPorts;
let folder: { close(): void };
let server: Server;
let url = '';
let principal: Principal = LOCAL_PRINCIPAL;

beforeAll(async () => {
  folder = openDataFolder(data);
  ports = localPorts(data);
  const place = { log: () => {}, now: Date.now, authenticate: () => principal };
  const app = serveRoutes(place, [billRoutes(billsOf(data, Config.parse({}), Date.now))]);
  server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  ports.close();
  folder.close();
  rmSync(dir, { recursive: true });
});

const write = (name: string, bytes: string | Buffer): string => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
const onDay = (day: number, more = {}) =>
  focusRow({ ChargePeriodStart: `2026-03-0${day} 10:00:00`, ChargePeriodEnd: null, ...more });
const importing = (...args: string[]) => run(['import', '--url', url, '--format', 'focus', ...args]);

describe('modelmeter import --format focus', () => {
  it('imports the files of a folder as one bill, says how it went, and makes the billed ledger', async () => {
    write('export/part-1.csv', csvOf([onDay(1), onDay(2)]));
    write(
      'export/part-2.csv.gz',
      gzipSync(csvOf([onDay(2, { BilledCost: 'x' }), onDay(3, { BillingCurrency: 'EUR' })])),
    );
    write('export/manifest.json', '{}');

    const { code, stdout, stderr } = await importing(join(dir, 'export'));

    expect(stderr).toBe('');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^provider +account +month +rows +days +currency +billed +effective +outcome$/m);
    expect(stdout).toMatch(/^AWS +111122223333 +2026-03 +3 +3 +USD +3\.00 +2\.50 +new$/m);
    expect(stdout).toMatch(/^AWS .* EUR +1\.50 +1\.25 +new$/m);
    expect(stdout).toContain('3 rows imported, 1 left out');
    expect(stdout).toContain('part-2.csv.gz, row 2, BilledCost: is no number ("x")');
    const billed = ledger({ documents: ports.documentStore, compression: ports.compression });
    const march = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 3, 1) };
    const entries = await billed.entries({ basis: 'billed', grain: 'day', ...march });
    expect(entries.map(({ cost, currency, labels }) => [cost, currency, labels.team])).toEqual([
      [1.5, undefined, 'search'],
      [1.5, undefined, 'search'],
      [1.5, 'EUR', 'search'],
    ]);
  });

  it('says that nothing changed when it is done again, and what is replaced when something did', async () => {
    const april = (more = {}) => onDay(1, { BillingPeriodStart: '2026-04-01', ...more });
    const file = write('april.csv', csvOf([april(), april({ SkuId: 'other' })]));

    const first = await importing(file);
    const again = await importing(file);
    writeFileSync(file, csvOf([april({ BilledCost: 9 })]));
    const restated = await importing(file);

    expect([first.code, again.code, restated.code]).toEqual([0, 0, 0]);
    expect(again.stdout).toMatch(/unchanged$/m);
    expect(restated.stdout).toMatch(/9\.00 +1\.25 +replaces 1 days, 2 rows, 3\.00 USD$/m);
  });

  it('loses no days unless it is told to', async () => {
    const may = (day: number) => onDay(day, { BillingPeriodStart: '2026-05-01' });
    await importing(write('may.csv', csvOf([may(1), may(2)])));
    const part = write('may-3.csv', csvOf([may(3)]));

    const refused = await importing(part);
    const added = await importing(part, '--add');
    const replaced = await importing(part, '--replace');

    expect([refused.code, added.code, replaced.code]).toEqual([2, 0, 0]);
    expect(refused.stderr).toMatch(/days would be lost: 2026-05 of AWS .* lacks 2 days/);
    expect(added.stdout).toMatch(/added to 2 days, 2 rows/);
    expect(replaced.stdout).toContain('AWS 2026-05 has no more: 2026-03-01, 2026-03-02');
  });

  it('sends a file larger than a request may be in pieces', async () => {
    const rows = Array.from({ length: 16_000 }, (_, i) =>
      onDay(4, { BillingPeriodStart: '2026-06-01', ResourceId: `r-${i}` }),
    );

    const { code, stdout } = await importing(write('large.csv', csvOf(rows)));

    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-06 +16,000 +1 +USD +24,000\.00/);
  });

  it.each([
    [['nowhere.csv'], /no such file/i],
    [['-'], /cannot be read from stdin/],
    [['--kind', 'inference', 'x.csv'], /--kind goes with events/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await importing(...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says what is wrong with a file of another format', async () => {
    const { code, stderr } = await importing(write('other.csv', 'a,b\n1,2\n'));

    expect(code).toBe(2);
    expect(stderr).toMatch(/other\.csv has no column ChargePeriodStart, .*: is it a file of format focus\?/);
  });

  it('is for writers who are bound to no team', async () => {
    const file = write('x.csv', csvOf([onDay(1)]));
    for (const refused of [
      { id: 'viewer', roles: ['reader'], teams: [] },
      { id: 'search', roles: ['writer'], teams: ['search'] },
    ] satisfies Principal[]) {
      principal = refused;
      expect(await importing(file)).toMatchObject({ code: 1, stderr: expect.stringContaining('403') });
    }
    principal = LOCAL_PRINCIPAL;
  });
});

describe('PUT and POST /v1/bills', () => {
  const upload = '0123456789abcdef';
  const put = (path: string, body: string) => fetch(`${url}/v1/bills/${path}`, { method: 'PUT', body });

  it('takes a piece that comes again once, and refuses one that leaves a gap', async () => {
    const again = async () => (await put(`${upload}/0?offset=0`, 'abc')).status;

    expect([await again(), await again(), (await put(`${upload}/0?offset=9`, 'd')).status]).toEqual([204, 204, 400]);
  });

  it.each(['../../x/0', 'short/0', `${upload}/x`, `${upload}/0?offset=-1`, `${upload}/0?other=1`])(
    'refuses %s',
    async (path) => {
      expect((await put(path.replaceAll('..', '%2e%2e%2f'), 'a')).status).toBeGreaterThanOrEqual(400);
    },
  );

  it('says when there is nothing to import', async () => {
    const response = await fetch(`${url}/v1/bills/fedcba9876543210?format=focus`, { method: 'POST' });

    expect(JSON.parse(await response.text())).toMatchObject({ kind: 'failed', problem: { status: 404 } });
    expect((await fetch(`${url}/v1/bills/${upload}?format=pdf`, { method: 'POST' })).status).toBe(400);
  });
});
