import { hash } from 'node:crypto';
import { CostExplorerClient, GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costExplorerBill } from '../../adapters/aws/costExplorer.ts';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { billedBy, Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { DAY } from '../../core/telemetry/families.ts';
import { askForBill } from '../../core/usecases/askForBill.ts';
import { mockAws } from './mockAws.ts';
import { awsConfig, hasMoto, type Service, startMoto } from './services.ts';

const DAY_MS = Date.UTC(2026, 10, 1);
const account = '123456789012';
const usd = (Amount: string) => ({ Amount, Unit: 'USD' });
const group = (service: string, linked: string, cost: { list: string; net: string; amortized: string }) => ({
  Keys: [service, linked],
  Metrics: {
    UnblendedCost: usd(cost.list),
    NetUnblendedCost: usd(cost.net),
    AmortizedCost: usd(cost.list),
    NetAmortizedCost: usd(cost.amortized),
    UsageQuantity: { Amount: '7', Unit: 'N/A' },
  },
});
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const result = (ms: number, ...Groups: ReturnType<typeof group>[]) => ({
  TimePeriod: { Start: day(ms), End: day(ms + DAY) },
  Groups,
  Estimated: true,
});

const costExplorer = mockAws(CostExplorerClient);

describe('Cost Explorer', () => {
  it('is asked by day, service and account; taxes are told, and what costs nothing is left out', async () => {
    const cost = { list: '12', net: '11', amortized: '10.5' };
    const nothing = { list: '0', net: '0', amortized: '0' };
    costExplorer.on(GetCostAndUsageCommand).resolves({
      ResultsByTime: [
        result(DAY_MS, group('Amazon Bedrock', 'a', cost), group('Tax', 'a', cost), group('AWS Glue', 'a', nothing)),
      ],
      NextPageToken: 'more',
    });

    const page = await costExplorerBill({ client: new CostExplorerClient({}), account }).page({
      fromMs: DAY_MS,
      toMs: DAY_MS + 2 * DAY,
      token: 'second',
    });

    expect(page.token).toBe('more');
    expect(page.lines).toMatchObject([
      { service: 'Amazon Bedrock', account: 'a', category: 'usage', listCost: 12, billedCost: 11, effectiveCost: 10.5 },
      { service: 'Tax', category: 'tax' },
    ]);
    expect(page.lines[0]).not.toHaveProperty('quantity');
    expect(costExplorer.commandCalls(GetCostAndUsageCommand)[0]!.args[0].input).toMatchObject({
      TimePeriod: { Start: '2026-11-01', End: '2026-11-03' },
      Granularity: 'DAILY',
      NextPageToken: 'second',
    });
  });
});

describe.skipIf(!hasMoto)('Cost Explorer, over the wire', () => {
  let moto: Service;
  beforeAll(async () => {
    costExplorer.restore();
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  const NOW = Date.UTC(2026, 10, 9, 6);
  const world = () => {
    const documents = memoryDocumentStore();
    const compression = zstd();
    const book = ledger({ documents, compression });
    const client = new CostExplorerClient({ ...awsConfig(moto.endpoint), maxAttempts: 1 });
    let requests = 0;
    client.middlewareStack.add(
      (next) => (args) => {
        requests++;
        return next(args);
      },
      { step: 'finalizeRequest' },
    );
    const digest = (bytes: Uint8Array) => hash('sha256', bytes);
    const run = askForBill(
      { documents, compression, ledger: book, digest, bill: costExplorerBill({ client, account }) },
      { pagesPerDay: 4, billed: billedBy(Config.parse({})) },
    );
    return { run, book, requests: () => requests };
  };
  const seed = (results: object[]) =>
    fetch(`${moto.endpoint}/moto-api/static/ce/cost-and-usage-results`, {
      method: 'POST',
      body: JSON.stringify({ results }),
    });

  it('puts the pages that were seeded into the billed ledger', async () => {
    const cost = { list: '2', net: '2', amortized: '1.5' };
    const first = Array.from({ length: 4 }, (_, i) => result(DAY_MS + i * DAY, group('Amazon Bedrock', 'a', cost)));
    const second = Array.from({ length: 4 }, (_, i) =>
      result(DAY_MS + (4 + i) * DAY, group('AmazonCloudWatch', 'b', cost)),
    );
    await seed([{ ResultsByTime: first, NextPageToken: 'two' }, { ResultsByTime: second }]);
    const { run, book, requests } = world();

    expect(await run(NOW)).toEqual({ pages: 2, days: 8, months: ['2026-11'], isCut: false });
    expect(requests()).toBe(2);

    const entries = await book.entries({ basis: 'billed', grain: 'day', fromMs: DAY_MS, toMs: NOW });
    expect(entries.map(({ cost, effectiveCost }) => [cost, effectiveCost])).toEqual(Array(8).fill([2, 1.5]));
    expect([...new Set(entries.map(({ labels }) => labels.account))]).toEqual(['a', 'b']);
  });

  it('makes no more paid calls in a day than the cap, also when it runs twice', async () => {
    const cost = { list: '1', net: '1', amortized: '1' };
    const page = (token: number) => ({
      ResultsByTime: [result(DAY_MS, group(`service ${token}`, 'a', cost))],
      NextPageToken: `page-${token}`,
    });
    await seed(Array.from({ length: 20 }, (_, i) => page(i)));
    const { run, requests } = world();
    // Another day than above: moto gives the same request the same answer.
    const nowMs = NOW + DAY;

    const first = await run(nowMs);
    const second = await run(nowMs + DAY / 4);

    expect([first.pages, second.pages, requests()]).toEqual([4, 0, 4]);
    expect([first.isCut, second.isCut]).toEqual([true, true]);
  });
});
