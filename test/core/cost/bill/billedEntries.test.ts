import { describe, expect, it } from 'vitest';
import { attributionBy, DEFAULT_TAG_KEYS } from '../../../../core/cost/bill/attribution.ts';
import { billedEntries, billedSum } from '../../../../core/cost/bill/billedEntries.ts';
import type { BillLine } from '../../../../core/cost/bill/line.ts';
import { itemOf, operationOf, resourceTypeOf } from '../../../../core/cost/bill/meaning.ts';
import { ledger as ledgerOf } from '../../../../core/cost/ledger/ledger.ts';
import { billToLedger } from '../../../../core/usecases/billToLedger.ts';
import { billWorld, csvOf, focusRow } from './world.ts';

const DAY_MS = Date.UTC(2026, 2, 5);
const line = (more: Partial<BillLine> = {}): BillLine => ({
  startMs: DAY_MS,
  endMs: DAY_MS + 86_400_000,
  billingPeriod: '2026-03',
  provider: 'AWS',
  account: '444455556666',
  service: 'Amazon Elastic Compute Cloud',
  category: 'usage',
  usageType: 'EUC1-BoxUsage:g5.xlarge',
  resource: 'i-0abc',
  unit: 'Hrs',
  quantity: 3,
  currency: 'USD',
  billedCost: 4,
  effectiveCost: 3,
  listCost: 5,
  tags: {},
  ...more,
});
const options = (more: Partial<Parameters<typeof attributionBy>[0]> = {}, exchangeRates = {}) => ({
  attribution: attributionBy({ tagKeys: DEFAULT_TAG_KEYS, deployments: {}, ...more }),
  exchangeRates,
});

describe('entries of the billed ledger', () => {
  it('have the labels of the line, what was invoiced, and the effective cost', () => {
    expect(billedEntries([line(), line()], options())).toEqual([
      {
        startMs: DAY_MS,
        labels: {
          provider: 'aws',
          account: '444455556666',
          operation: 'other',
          service: 'Amazon Elastic Compute Cloud',
          resourceType: 'g5.xlarge',
          resource: 'i-0abc',
          item: 'instanceHours',
          chargeCategory: 'usage',
        },
        quantity: 6,
        cost: 8,
        effectiveCost: 6,
        listCost: 10,
      },
    ]);
  });

  it('say whose the cost is, by tags however they are capitalised', () => {
    const [entry] = billedEntries(
      [line({ tags: { Business_Unit: 'search', ENV: 'prod', App: 'answers' } })],
      options(),
    );

    expect(entry!.labels).toMatchObject({ team: 'search', environment: 'prod', project: 'answers' });
  });

  it('are of the deployment that has all of its tags, and take over what that says', () => {
    const deployments = {
      answers: { team: 'a', model: 'm', tags: { app: 'answers', env: 'prod' } },
      none: { team: 'b' },
    };
    const tagged: Record<string, string>[] = [
      { app: 'answers', env: 'prod', team: 'x' },
      { app: 'answers', env: 'dev' },
      { deployment: 'answers' },
    ];
    const [of, not, named] = tagged.map((tags) => billedEntries([line({ tags })], options({ deployments }))[0]!.labels);

    expect(of).toMatchObject({ deployment: 'answers', team: 'a', model: 'm' });
    expect(not!.deployment).toBeUndefined();
    expect(named).toMatchObject({ deployment: 'answers', team: 'a', model: 'm' });
  });

  it('stay in their currency, unless there is a rate', () => {
    const lines = [line(), line({ currency: 'EUR' })];

    expect(billedEntries(lines, options()).map(({ cost, currency }) => [cost, currency])).toEqual([
      [4, undefined],
      [4, 'EUR'],
    ]);
    expect(billedEntries(lines, options({}, { EUR: 2 }))).toMatchObject([{ cost: 12, effectiveCost: 9, listCost: 15 }]);
  });

  it.each([
    ['EUC1-DataTransfer-Out-Bytes', 'GB', 'network', 'transferGb', 1],
    ['EUC1-TimedStorage-ByteHrs', 'GB-Mo', 'storage', 'storageGbMonths', 1],
    ['EUC1-EBS:VolumeUsage.gp3', 'GB-Mo', 'storage', 'storageGbMonths', 1],
    ['EUC1-Train:ml.g5.xlarge', 'Hrs', 'training', 'instanceHours', 1],
    ['EUC1-Host:ml.g5.xlarge', 'Hrs', 'inference', 'instanceHours', 1],
    ['USE1-Claude3Sonnet-input-tokens', '1K tokens', 'inference', 'inputTokens', 1000],
    ['USE1-Claude3Sonnet-output-tokens', '1K tokens', 'inference', 'outputTokens', 1000],
  ])('know what %s in %s is', (usageType, unit, operation, item, factor) => {
    const found = line({ usageType, unit, service: 'Some Service' });

    expect([operationOf(found), itemOf(found)]).toEqual([operation, { item, factor }]);
  });

  it.each([
    ['USW2-SpotUsage:p4d.24xlarge', 'p4d.24xlarge'],
    ['EUC1-Host:ml.g5.12xlarge', 'ml.g5.12xlarge'],
    ['BoxUsage:u-6tb1.metal', 'u-6tb1.metal'],
    ['EUC1-EBS:VolumeUsage.gp3', undefined],
  ])('find in %s the instance type %s', (usageType, type) => {
    expect(resourceTypeOf(line({ usageType }))).toBe(type);
  });

  it('go without their resource where there are too many, and sum the same', () => {
    const sum = billedSum(options(), 3);
    for (let i = 0; i < 10; i++) sum.add(line({ resource: `pod-${i}` }));

    const entries = sum.take();

    expect(entries.map(({ labels, cost }) => [labels.resource, cost])).toEqual([
      ['pod-0', 4],
      ['pod-1', 4],
      ['pod-2', 4],
      [undefined, 28],
    ]);
    expect(sum.take()).toEqual([]);
  });

  it('are written by months, of all bills that have a day in one', async () => {
    const world = billWorld();
    const ledger = ledgerOf(world.ports);
    await world.import(csvOf([focusRow(), focusRow({ ProviderName: 'Oracle', EffectiveCost: 7 })]));
    await world.import(csvOf([focusRow({ BillingPeriodStart: '2026-04-01', EffectiveCost: 0.5 })]));

    const months = await billToLedger({ ...world.ports, ledger }, options())();

    const range = { basis: 'billed', grain: 'day', fromMs: DAY_MS, toMs: DAY_MS + 86_400_000 } as const;
    const entries = await ledger.entries(range);
    expect(months).toEqual(['2026-03']);
    expect(entries.reduce((sum, { effectiveCost }) => sum + effectiveCost!, 0)).toBe(1.25 + 7 + 0.5);
  });
});
