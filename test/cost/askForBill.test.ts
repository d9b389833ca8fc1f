import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { billedBy, Config } from '../../core/config.ts';
import { gatherBills } from '../../core/cost/bill/gather.ts';
import type { BillLine } from '../../core/cost/bill/line.ts';
import { replaceBills } from '../../core/cost/bill/replace.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import type { PaidBill } from '../../core/ports.ts';
import { DAY, HOUR } from '../../core/telemetry/families.ts';
import { askForBill } from '../../core/usecases/askForBill.ts';
import { billToLedger } from '../../core/usecases/billToLedger.ts';

const NOW = Date.UTC(2026, 10, 20, 5);
const FIRST = Date.UTC(2026, 10, 1);
const compression = zstd();
const digest = (bytes: Uint8Array) => hash('sha256', bytes);
const billed = billedBy(Config.parse({}));

let documents: ReturnType<typeof memoryDocumentStore>;
beforeEach(() => {
  documents = memoryDocumentStore();
});
const ports = () => ({ documents, compression, digest, ledger: ledger({ documents, compression }) });

const line = (startMs: number, of: Partial<BillLine> = {}): BillLine => ({
  startMs,
  endMs: startMs + DAY,
  billingPeriod: new Date(startMs).toISOString().slice(0, 7),
  provider: 'AWS Cost Explorer',
  billingAccount: '123456789012',
  account: '123456789012',
  service: 'Amazon Bedrock',
  category: 'usage',
  currency: 'USD',
  listCost: 12,
  billedCost: 10,
  effectiveCost: 9,
  tags: {},
  ...of,
});

/** Ten dollars a day, so many days on a page. */
const provider = (daysAPage: number) => {
  const asked: { fromMs: number; toMs: number; token?: string }[] = [];
  const bill: PaidBill = {
    async page(query) {
      asked.push(query);
      const fromMs = query.token === undefined ? query.fromMs : Number(query.token);
      const toMs = Math.min(query.toMs, fromMs + daysAPage * DAY);
      const lines = Array.from({ length: (toMs - fromMs) / DAY }, (_, i) => line(fromMs + i * DAY));
      return { lines, ...(toMs < query.toMs && { token: String(toMs) }) };
    },
  };
  return { bill, asked };
};
const ask = (bill: PaidBill, pagesPerDay = 4) => askForBill({ ...ports(), bill }, { pagesPerDay, billed });
const spent = async (fromMs = FIRST, toMs = FIRST + 40 * DAY) => {
  const entries = await ports().ledger.entries({ basis: 'billed', grain: 'day', fromMs, toMs });
  return entries.reduce((sum, { cost }) => sum + cost!, 0);
};

describe('the bill that is asked for', () => {
  it('is this month’s up to yesterday, once a day', async () => {
    const { bill, asked } = provider(31);

    expect(await ask(bill)(NOW)).toEqual({ pages: 1, days: 19, months: ['2026-11'], isCut: false });
    expect(await ask(bill)(NOW + HOUR)).toMatchObject({ pages: 0, days: 0 });
    expect(await ask(bill)(NOW + DAY)).toMatchObject({ pages: 1, days: 20 });

    expect(asked).toHaveLength(2);
    expect(asked[0]).toEqual({ fromMs: FIRST, toMs: FIRST + 19 * DAY });
    expect(await spent()).toBe(200);
  });

  it('is last month’s too until that is closed', async () => {
    const { bill, asked } = provider(62);

    await ask(bill)(Date.UTC(2026, 11, 3, 5));

    expect(asked).toEqual([{ fromMs: FIRST, toMs: Date.UTC(2026, 11, 3) }]);
  });

  it('becomes entries by service and account, with what was invoiced and the list price beside', async () => {
    await ask(provider(31).bill)(NOW);

    const [entry] = await ports().ledger.entries({ basis: 'billed', grain: 'day', fromMs: FIRST, toMs: FIRST + DAY });
    expect(entry).toMatchObject({
      cost: 10,
      effectiveCost: 9,
      listCost: 12,
      labels: { provider: 'aws', account: '123456789012', service: 'Amazon Bedrock', operation: 'inference' },
    });
  });

  it('takes no more pages than its cap, however often it runs, also two at the same time', async () => {
    const { bill, asked } = provider(1);
    const run = ask(bill);

    const runs = await Promise.all([run(NOW), run(NOW)]);
    const again = await run(NOW + HOUR);

    expect(asked).toHaveLength(4);
    expect([...runs, again].reduce((sum, { pages }) => sum + pages, 0)).toBe(4);
    expect(again).toMatchObject({ pages: 0, isCut: true });
  });

  it('counts a request that failed, goes on where it stopped, and keeps what it had', async () => {
    const { bill, asked } = provider(31);
    let failures = 2;
    const failing: PaidBill = {
      async page(query) {
        if (failures-- > 0) throw new Error('no answer');
        return bill.page(query);
      },
    };
    const run = ask(failing, 3);

    await expect(run(NOW)).rejects.toThrow('no answer');
    await expect(run(NOW)).rejects.toThrow('no answer');
    expect(await run(NOW)).toMatchObject({ pages: 1, days: 19 });
    expect(asked).toHaveLength(1);
    const [pages] = await documents.get(['costExplorer/pages/2026-11']);
    expect(JSON.parse(new TextDecoder().decode(pages!.bytes))).toEqual({ '2026-11-20': 3 });
  });

  it('is asked for in shorter stretches where a month is more than a day’s pages, until all is there', async () => {
    const { bill } = provider(2);
    const run = ask(bill);

    let days = 0;
    for (let i = 0; i < 12 && days < 19; i++) days += (await run(NOW + i * DAY)).days;

    expect(await spent(FIRST, FIRST + 19 * DAY)).toBe(190);
  });

  it('counts only where no file of the month was imported, before or after', async () => {
    const { bill, asked } = provider(62);
    await ask(bill)(NOW);
    const gathered = gatherBills({ compression, scratch: { append: async () => {}, read: async () => [] } });
    gathered.add(line(FIRST, { provider: 'AWS', billedCost: 3 }));
    await replaceBills(ports(), { bills: gathered.bills(), format: 'focus', mode: 'whole', files: ['f'], nowMs: NOW });
    await billToLedger(ports(), billed)(['2026-11']);

    const after = await ask(bill)(Date.UTC(2026, 11, 3, 5));

    expect(await spent(FIRST, Date.UTC(2026, 11, 1))).toBe(3);
    expect(asked[1]).toEqual({ fromMs: Date.UTC(2026, 11, 1), toMs: Date.UTC(2026, 11, 3) });
    expect(after.months).toEqual(['2026-12']);
  });
});
