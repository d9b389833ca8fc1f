import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { openBill } from '../../../adapters/local/bills/openBill.ts';
import { columnKey } from '../../../core/cost/bill/columns.ts';
import type { BillReport } from '../../../core/cost/bill/report.ts';
import { billLines, listBills } from '../../../core/cost/bill/store.ts';
import { billWorld, csvOf, type Row } from '../../core/cost/bill/world.ts';
import { FLAVOURS } from './flavours.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-bills-'));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;
const write = (bytes: string | Buffer, ending = 'csv') => {
  const path = join(dir, `${++files}.${ending}`);
  writeFileSync(path, bytes);
  return path;
};

const sql = async (query: string) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return (await connection.runAndReadAll(query)).getRowObjectsJson();
};

const imported = async (path: string): Promise<{ report: BillReport; totals: Map<string, number[]> }> => {
  const world = billWorld();
  const report = await world.import([], { files: [() => openBill(path)] });
  const bills = await listBills(world.ports);
  const totals = new Map<string, number[]>();
  for (const day of new Set(bills.flatMap((bill) => Object.keys(bill.days))))
    for await (const { provider, service, currency, ...line } of billLines(world.ports, day, bills)) {
      const key = `${provider} ${service ?? ''} ${day} ${currency}`;
      const [billed, effective] = totals.get(key) ?? [0, 0];
      totals.set(key, [billed! + line.billedCost, effective! + line.effectiveCost]);
    }
  return { report, totals };
};

/** The same sums by DuckDB alone, over the file. */
const expected = async (path: string, rows: readonly Row[]) => {
  const column = (name: string) => Object.keys(rows[0]!).find((each) => columnKey(each) === columnKey(name));
  const query = `
    SELECT concat_ws(' ', ${column('ProviderName')}, coalesce(${column('ServiceName')}, ''),
        ${column('ChargePeriodStart')}[:10], ${column('BillingCurrency')}) AS key,
      sum(${column('BilledCost')}::DOUBLE) AS billed, sum(${column('EffectiveCost')}::DOUBLE) AS effective
    FROM read_csv('${path}', all_varchar = true, nullstr = 'NULL', header = true, quote = '"', escape = '"', delim = ',')
    GROUP BY 1`;
  return new Map((await sql(query)).map(({ key, billed, effective }) => [key, [billed, effective]]));
};

describe('totals by provider, service and day', () => {
  it.each(Object.entries(FLAVOURS))("of %s's FOCUS equal those of SQL over the same file", async (_, make) => {
    const rows = make();
    const path = write(csvOf(rows));

    const { report, totals } = await imported(path);

    const wanted = await expected(path, rows);
    expect(report).toMatchObject({ rows: rows.length, rejected: 0, problems: [] });
    expect([...totals.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, sums] of wanted)
      for (const [i, value] of sums!.entries()) expect(totals.get(String(key))![i]).toBeCloseTo(Number(value), 9);
  });

  it('are the same from gzip, and from Parquet with its own types', async () => {
    const rows = [...FLAVOURS.aws(), ...FLAVOURS.oracle()];
    const csv = write(csvOf(rows));
    const parquet = join(dir, 'bill.parquet');
    await sql(`COPY (
      SELECT * REPLACE (BilledCost::DECIMAL(38, 15) AS BilledCost, EffectiveCost::DOUBLE AS EffectiveCost,
        ChargePeriodStart::TIMESTAMP AS ChargePeriodStart, BillingPeriodStart::DATE AS BillingPeriodStart,
        MAP {'team': 'search', 'n': NULL} AS Tags)
      FROM read_csv('${csv}', all_varchar = true, nullstr = 'NULL', header = true, quote = '"', escape = '"', delim = ',')
    ) TO '${parquet}' (FORMAT parquet)`);

    const [plain, zipped, typed] = await Promise.all(
      [csv, write(gzipSync(csvOf(rows)), 'csv.gz'), parquet].map(imported),
    );

    expect(zipped!.totals).toEqual(plain!.totals);
    expect(typed!.report).toMatchObject({ rows: rows.length, rejected: 0 });
    for (const [key, sums] of plain!.totals)
      for (const [i, value] of sums.entries()) expect(typed!.totals.get(key)![i]).toBeCloseTo(value, 9);
  });
});

describe('a file that is not whole', () => {
  const rows = FLAVOURS.aws();

  it('is read to where it is cut off', async () => {
    const text = csvOf(rows);

    const { report } = await imported(write(text.slice(0, -150)));

    expect(report).toMatchObject({ rows: rows.length, rejected: 1, problems: [{ row: rows.length + 1 }] });
  });

  it('is read to where its gzip is cut off', async () => {
    const many = Array.from({ length: 300 }, () => FLAVOURS.azure()).flat();
    const zipped = gzipSync(csvOf(many.map((row, i) => ({ ...row, ResourceId: `r-${(i * 7919) % 1009}` }))));

    const { report } = await imported(write(zipped.subarray(0, zipped.length - 400), 'csv.gz'));

    expect(report.problems.at(-1)!.message).toMatch(/cut off/);
    expect(report.rows - report.rejected).toBeGreaterThan(500);
  });

  it.each([
    ['', 'is empty'],
    ['PK\x03\x04more', 'zip archive'],
    ['PAR1 and nothing else', 'cannot be read as Parquet'],
    ['\0\0\0\0', 'neither CSV'],
  ])('is refused when it is something else: %j', async (content, message) => {
    await expect(imported(write(Buffer.from(content, 'latin1')))).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining(message),
    });
  });

  it('is told of when it is not there', async () => {
    await expect(openBill(join(dir, 'none.csv'))).rejects.toMatchObject({ code: 'invalidInput' });
  });

  it('is read with a byte order mark, other separators, and line ends of Windows', async () => {
    const text = csvOf(rows.map(({ Tags: _, ...row }) => row));

    const { report, totals } = await imported(write(`\uFEFF${text.replaceAll(',', ';').replaceAll('\n', '\r\n')}`));

    expect(report).toMatchObject({ rows: rows.length, rejected: 0 });
    expect(totals).toEqual((await imported(write(text))).totals);
  });
});
