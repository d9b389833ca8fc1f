import { describe, expect, it } from 'vitest';
import { csvOf, focusRow, mapped, type Row } from './world.ts';

const line = (more: Row = {}) => {
  const { lines, problems } = mapped(csvOf([focusRow(more)]));
  expect(problems).toEqual([]);
  return lines[0]!;
};

describe('a row of FOCUS', () => {
  it('becomes a line with everything that it says', () => {
    expect(line()).toEqual({
      startMs: Date.UTC(2026, 2, 5, 10),
      endMs: Date.UTC(2026, 2, 5, 11),
      billingPeriod: '2026-03',
      provider: 'AWS',
      billingAccount: '111122223333',
      account: '444455556666',
      region: 'eu-central-1',
      service: 'Amazon Elastic Compute Cloud',
      serviceCategory: 'Compute',
      category: 'usage',
      resource: 'i-0abc',
      usageType: 'SKU1',
      pricing: 'onDemand',
      quantity: 2,
      unit: 'Hours',
      currency: 'USD',
      listCost: 2,
      billedCost: 1.5,
      effectiveCost: 1.25,
      tags: { application: 'answers', team: 'search' },
    });
  });

  it.each(['NULL', 'null', '', '\\N'])('takes %j for no value', (none) => {
    const found = line({ ResourceId: none, ListCost: none, Tags: none, RegionId: none, EffectiveCost: none });

    expect(found).toMatchObject({ tags: {}, effectiveCost: 1.5 });
    expect([found.resource, found.listCost, found.region]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['2026-03-05 10:00:00', 10],
    ['2026-03-05T10:00:00Z', 10],
    ['2026-03-05T10:00:00.000Z', 10],
    ['2026-03-05 10:00:00 UTC', 10],
    ['2026-03-05T12:00:00+02:00', 10],
    ['2026-03-05T10:00Z', 10],
    ['2026-03-05', 0],
    ['1772704800', 10],
    ['1772704800000', 10],
    ['1772704800000000', 10],
  ])('reads the time %s', (text, hour) => {
    expect(line({ ChargePeriodStart: text, ChargePeriodEnd: null }).startMs).toBe(Date.UTC(2026, 2, 5, hour));
  });

  it.each([
    ['0.00000080000', 8e-7],
    ['-2.6137', -2.6137],
    ['1E-7', 1e-7],
    ['.5', 0.5],
    ['12345678901.123456789', 12345678901.123457],
  ])('reads the number %s', (text, value) => {
    expect(line({ BilledCost: text }).billedCost).toBe(value);
  });

  it.each([
    ['{"team": "a", "n": 1, "none": null}', { team: 'a', n: '1' }],
    ['[{"key": "team", "value": "a"}]', { team: 'a' }],
    ['{"org": "x", " org": "x"}', { org: 'x' }],
    ['{}', {}],
  ])('reads the tags %s', (text, tags) => {
    expect(line({ Tags: text }).tags).toEqual(tags);
  });

  it('keeps credits negative, taxes and purchases apart', () => {
    expect(line({ ChargeCategory: 'Credit', BilledCost: -5 })).toMatchObject({ category: 'credit', billedCost: -5 });
    expect(line({ ChargeCategory: 'Tax', ServiceName: null })).toMatchObject({ category: 'tax' });
    expect(
      line({ ChargeCategory: 'Purchase', BilledCost: 1000, EffectiveCost: 0, PricingCategory: 'Committed' }),
    ).toMatchObject({ category: 'purchase', billedCost: 1000, effectiveCost: 0, pricing: 'committed' });
  });

  it('knows the columns by what other versions and databases call them', () => {
    const text =
      'service_provider_name,Region,billing_currency,Charge Type,charge_period_start,billed_cost,SkuPriceDetails\n' +
      'Example Cloud,north,EUR,Usage,2026-03-05,1,"{""InstanceType"": ""gpu.large""}"\n';

    expect(mapped(text).lines[0]).toMatchObject({
      provider: 'Example Cloud',
      region: 'north',
      currency: 'EUR',
      instanceType: 'gpu.large',
    });
  });

  it('says which columns a file lacks, and which nobody knows', () => {
    expect(mapped('BilledCost,Color,InvoiceId\n1,red,2\n').mapper).toMatchObject({
      missing: ['ChargePeriodStart', 'ProviderName', 'BillingCurrency', 'ChargeCategory'],
      ignored: ['Color'],
    });
  });

  it.each<[Row, string, string]>([
    [{ BilledCost: 'a lot' }, 'BilledCost', 'is no number'],
    [{ BilledCost: '1,234.56' }, 'BilledCost', 'is no number'],
    [{ BilledCost: null }, 'BilledCost', 'is empty'],
    [{ ListCost: '1.2.3' }, 'ListCost', 'is no number'],
    [{ ChargePeriodStart: '03/05/2026' }, 'ChargePeriodStart', 'is no time'],
    [{ ChargePeriodStart: '2026-02-30' }, 'ChargePeriodStart', 'is no time'],
    [{ ChargePeriodEnd: '2026-03-04' }, 'ChargePeriodEnd', 'is before the start'],
    [{ ChargeCategory: 'Gift' }, 'ChargeCategory', 'is none of usage, purchase'],
    [{ ProviderName: null }, 'ProviderName', 'is empty'],
    [{ BillingCurrency: '$' }, 'BillingCurrency', 'is no currency'],
    [{ Tags: '{"team": ' }, 'Tags', 'is no JSON object'],
  ])('is left out, and those beside it are not: %j', (more, column, message) => {
    const { lines, problems } = mapped(csvOf([focusRow(), focusRow(more), focusRow()]));

    expect(lines).toHaveLength(2);
    expect(problems).toEqual([
      { row: 3, column, message: expect.stringContaining(message), value: expect.any(String) },
    ]);
  });

  it('is read for itself, in whichever column it differs from those beside it', () => {
    const others: Row[] = [
      { ProviderName: 'Oracle' },
      { BillingAccountId: 'b' },
      { SubAccountId: 'c' },
      { RegionId: 'd' },
      { ServiceName: 'e' },
      { ServiceCategory: 'f' },
      { ChargeCategory: 'Tax' },
      { ResourceId: null },
      { ResourceId: 'i-0abd' },
      { SkuId: 'g' },
      { PricingCategory: 'Other' },
      { ConsumedQuantity: null, PricingUnit: 'Days' },
      { ConsumedUnit: 'h' },
      { BillingCurrency: 'EUR' },
      { Tags: '{"team": "other"}' },
      { SkuPriceDetails: '{"InstanceType": "g5.xlarge"}' },
    ];
    const rows = others.flatMap((more) => [focusRow(more), focusRow({ ...more, BilledCost: 3 }), focusRow()]);
    const complete = rows.map((row) => ({ SkuPriceDetails: null, PricingUnit: 'Hours', ...row }));

    const { lines } = mapped(csvOf(complete));

    expect(lines).toEqual(complete.flatMap((row) => mapped(csvOf([row])).lines));
  });

  it('is told of with everything that is wrong', () => {
    const { problems } = mapped(csvOf([focusRow({ BilledCost: 'x', ChargePeriodStart: 'y' })]));

    expect(problems.map(({ column, value }) => [column, value])).toEqual([
      ['ChargePeriodStart', 'y'],
      ['BilledCost', 'x'],
    ]);
  });
});
