import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CostsAnswer } from '../../core/usecases/queryCosts.ts';
import { csvOf, type Row } from '../core/cost/bill/world.ts';
import { FLAVOURS } from '../local/bills/flavours.ts';
import { run, start } from './harness.ts';

/** A server as people start it, bills as they import them, and the same questions asked of DuckDB over the same file. */
const dir = mkdtempSync(join(tmpdir(), 'modelmeter-billed-'));
const file = join(dir, 'focus.csv');
let server: ReturnType<typeof start>;
let url = '';

/** Hours of several resources, so that days are sums, beside the ways in which providers write. */
const rows = (): Row[] => {
  const hours = Array.from({ length: 200 }, (_, i) => ({
    ...FLAVOURS.aws()[i % 5],
    ChargePeriodStart: `2026-03-${String((i % 28) + 1).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:00:00`,
    ChargePeriodEnd: null,
    ServiceName: ['Amazon Bedrock', 'Amazon Simple Storage Service', 'Amazon SageMaker'][i % 3]!,
    BilledCost: (i + 1) / 7,
    EffectiveCost: (i + 1) / 11,
    ListCost: (i + 1) / 3,
  }));
  return [...hours, ...FLAVOURS.aws(), ...FLAVOURS.azure(), ...FLAVOURS.oracle()];
};

beforeAll(async () => {
  writeFileSync(file, csvOf(rows()));
  server = start(['serve', '--port', '0', '--data', join(dir, 'data')]);
  for await (const line of createInterface(server.stdout)) {
    url ||= /^listens at +(\S+)/.exec(line)?.[1] ?? '';
    if (line.startsWith('stop')) break;
  }
  const { code, stderr } = await run(['import', '--url', url, '--format', 'focus', file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}, 60_000);
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const ask = async (more: string): Promise<CostsAnswer> => {
  const range = 'basis=billed&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z&step=1d&limit=1000';
  const response = await fetch(`${url}/v1/costs?${range}&${more}`);
  expect(response.status).toBe(200);
  return (await response.json()) as CostsAnswer;
};

/** By currency, provider, service and day; days on which a group has nothing left out. */
const answered = async (amount: string): Promise<Map<string, number>> => {
  const { series } = await ask(`groupBy=provider,service&amount=${amount}`);
  return new Map(
    series.flatMap(({ labels, currency = 'USD', points }) =>
      points.flatMap(([ms, cost]): [string, number][] => {
        const day = new Date(ms).toISOString().slice(0, 10);
        return cost ? [[`${currency} ${labels.provider} ${labels.service} ${day}`, cost]] : [];
      }),
    ),
  );
};

const summed = async (cost: string): Promise<Map<string, number>> => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const result = await connection.runAndReadAll(`
    SELECT concat_ws(' ', BillingCurrency,
        CASE ProviderName WHEN 'AWS' THEN 'aws' WHEN 'Microsoft' THEN 'azure' WHEN 'Oracle' THEN 'oci' END,
        coalesce(ServiceName, ''), ChargePeriodStart[:10]), sum((${cost})::DOUBLE) AS cost
    FROM read_csv('${file}', all_varchar = true, nullstr = 'NULL', header = true, quote = '"', escape = '"', delim = ',')
    GROUP BY 1 HAVING cost <> 0`);
  return new Map(result.getRows().map(([key, value]) => [String(key), Number(value)]));
};

describe('GET /v1/costs?basis=billed after an import', () => {
  it.each([
    ['billed', 'BilledCost'],
    ['effective', 'EffectiveCost'],
    ['list', 'coalesce(ListCost, BilledCost)'],
  ])('answers the %s amounts that SQL over the file gives, by provider, service and day', async (amount, cost) => {
    const [ours, wanted] = [await answered(amount), await summed(cost)];

    expect([...ours.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, value] of wanted) expect(Math.abs(ours.get(key)! / value - 1), key).toBeLessThan(1e-9);
  });

  it('knows providers by their short names alone', async () => {
    const total = async (provider: string) => (await ask(`filter=provider:${provider}`)).total;

    expect(await total('aws')).toBeGreaterThan(0);
    expect(await total('AWS')).toBe(0);
  });
});
