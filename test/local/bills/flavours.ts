import { focusRow, type Row } from '../../core/cost/bill/world.ts';

/** A few rows as each provider's export of FOCUS writes them: its columns, its way with times, numbers and tags. */

const days = [1, 2, 2, 17, 31];
const on = (day: number, hour = '00') => `2026-03-${String(day).padStart(2, '0')} ${hour}:00:00`;

const aws = (): Row[] => [
  ...days.map((day, i) =>
    focusRow({
      BilledCost: `${(i + 1) / 7}`.slice(0, 13),
      EffectiveCost: `${(i + 1) / 9}`.slice(0, 13),
      ChargePeriodStart: on(day, '22'),
      ChargePeriodEnd: on(day, '23'),
      ResourceId: i % 2 ? 'NULL' : `arn:aws:ec2:eu-central-1:444455556666:instance/i-${i}`,
      x_UsageType: 'EUC1-BoxUsage:g5.xlarge',
      x_Discounts: '{}',
    }),
  ),
  focusRow({ ChargeCategory: 'Credit', BilledCost: '-2.6137000000', EffectiveCost: -2.6137, PricingCategory: 'Other' }),
  focusRow({ ChargeCategory: 'Tax', BilledCost: 0.31, EffectiveCost: 0.31, ServiceName: null, Tags: null }),
  focusRow({ ChargeCategory: 'Purchase', BilledCost: 730, EffectiveCost: 0, PricingCategory: 'Committed' }),
  focusRow({ BilledCost: 0, EffectiveCost: 0.98, PricingCategory: 'Committed', CommitmentDiscountStatus: 'Used' }),
];

/** Microsoft's 1.2-preview: days, times in ISO 8601, more columns, money in another currency than it is priced in. */
const azure = (): Row[] =>
  days.map((day, i) => ({
    ...focusRow({
      ProviderName: 'Microsoft',
      ServiceName: 'Virtual Machines',
      BillingAccountId: '/providers/Microsoft.Billing/billingAccounts/8611537',
      SubAccountId: '/subscriptions/64e355d7-997c-491d-b0c1-8414dccfcf42',
      BillingCurrency: 'EUR',
      BilledCost: String(0.1 * (i + 1)),
      EffectiveCost: String(0.1 * (i + 1)),
      ChargePeriodStart: `2026-03-${String(day).padStart(2, '0')}T00:00:00.0000000Z`,
      ChargePeriodEnd: null,
      BillingPeriodStart: '2026-03-01T00:00:00Z',
      Tags: '{"env": "prod", "org": "x", " org": "x", "Project": "p"}',
    }),
    InvoiceId: `I${day}`,
    PricingCurrency: 'USD',
    PricingCurrencyEffectiveCost: 0.11 * (i + 1),
    SkuPriceDetails: '{"InstanceType": "Standard_ND96isr_H100_v5"}',
    x_SkuMeterName: 'ND96isr H100 v5',
    x_ResourceGroupName: 'rg',
  }));

/** Google's view: snake case from BigQuery, labels as a list, ` UTC` behind times. */
const gcp = (): Row[] =>
  days.map((day, i) => ({
    provider_name: 'Google Cloud',
    service_name: 'Vertex AI',
    billing_account_id: '01ABCD-234567-89EFGH',
    sub_account_id: 'ml-prod',
    billing_currency: 'USD',
    billed_cost: 1e-5 * (i + 1),
    effective_cost: 1e-5 * (i + 1),
    list_cost: null,
    charge_category: 'Usage',
    charge_period_start: `${on(day, '05')} UTC`,
    charge_period_end: `${on(day, '06')} UTC`,
    billing_period_start: '2026-03-01 00:00:00 UTC',
    region_id: 'europe-west4',
    tags: '[{"key": "team", "value": "vision"}]',
  }));

/** Oracle's: no pricing category, an effective cost of 0, adjustments, a month that is billed in the next one. */
const oracle = (): Row[] =>
  days.map((day, i) =>
    focusRow({
      ProviderName: 'Oracle',
      ServiceName: 'COMPUTE',
      BillingAccountId: '20209880',
      SubAccountId: 'ocid1.tenancy.oc1..aaaa',
      ChargeCategory: i === 4 ? 'Adjustment' : 'Usage',
      BillingPeriodStart: i === 4 ? '2026-04-01 00:00:00' : '2026-03-01 00:00:00',
      BilledCost: 0.053 * (i + 1),
      EffectiveCost: 0,
      PricingCategory: '',
      RegionId: 'NULL',
      ChargePeriodStart: on(day, '17'),
      ChargePeriodEnd: on(day, '18'),
    }),
  );

export const FLAVOURS = { aws, azure, gcp, oracle };
