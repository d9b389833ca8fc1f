import { DAY } from '../../telemetry/families.ts';
import { bindColumns, type ColumnTable, columnKey, placesOf } from './columns.ts';
import type { BillLine, ChargeCategory, Pricing } from './line.ts';
import { type BillMapper, rowReader } from './row.ts';
import { monthMemo, NO_TAGS, readTags, remembering } from './values.ts';

/**
 * The columns that are read of FOCUS 1.0 to 1.2, with what 0.5, 1.0-preview and 1.3 call them, and providers' own `x_`
 * columns for what the specification leaves out. Source: the specification's columns (github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec),
 * AWS's and Microsoft's data dictionaries. As of 2026-11.
 */
const COLUMNS = {
  chargeStart: ['ChargePeriodStart'],
  chargeEnd: ['ChargePeriodEnd'],
  billingStart: ['BillingPeriodStart'],
  provider: ['ProviderName', 'ServiceProviderName', 'Provider', 'HostProviderName'],
  billingAccount: ['BillingAccountId'],
  account: ['SubAccountId'],
  region: ['RegionId', 'Region', 'RegionName'],
  service: ['ServiceName'],
  serviceCategory: ['ServiceCategory'],
  category: ['ChargeCategory', 'ChargeType'],
  resource: ['ResourceId'],
  usageType: ['x_UsageType', 'x_SkuMeterName', 'SkuMeter', 'SkuId', 'SkuPriceId'],
  instanceType: ['x_InstanceType', 'x_SkuInstanceType'],
  details: ['SkuPriceDetails', 'x_SkuDetails'],
  pricing: ['PricingCategory'],
  consumed: ['ConsumedQuantity', 'UsageQuantity'],
  consumedUnit: ['ConsumedUnit', 'UsageUnit'],
  priced: ['PricingQuantity'],
  pricedUnit: ['PricingUnit'],
  currency: ['BillingCurrency'],
  listCost: ['ListCost'],
  billedCost: ['BilledCost'],
  effectiveCost: ['EffectiveCost', 'AmortizedCost'],
  tags: ['Tags', 'x_Tags', 'x_Labels'],
} as const satisfies ColumnTable<string>;
type Name = keyof typeof COLUMNS;

/** Those that say what a row is of; the others are times and amounts. */
const WHAT: readonly Name[] = [
  'usageType',
  'resource',
  'provider',
  'billingAccount',
  'account',
  'region',
  'service',
  'serviceCategory',
  'category',
  'instanceType',
  'details',
  'pricing',
  'consumedUnit',
  'pricedUnit',
  'currency',
  'tags',
];

const REQUIRED: readonly Name[] = ['chargeStart', 'provider', 'currency', 'billedCost', 'category'];

/** Columns of the specification that nothing is read from: no reason to tell of them. Those with `x_` are a provider's own. */
const OTHERS = new Set(
  (
    'AvailabilityZone BillingAccountName BillingAccountType BillingPeriodEnd CapacityReservationId ' +
    'CapacityReservationStatus ChargeClass ChargeDescription ChargeFrequency ChargeSubcategory CommitmentDiscountCategory ' +
    'CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus ' +
    'CommitmentDiscountType CommitmentDiscountUnit ContractedCost ContractedUnitPrice InvoiceId InvoiceIssuerName ' +
    'InvoiceIssuer ListUnitPrice PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost ' +
    'PricingCurrencyListUnitPrice PublisherName Publisher RegionName ResourceName ResourceType ServiceSubcategory ' +
    'SkuMeter SkuId SkuPriceId SkuPriceDetails SubAccountName SubAccountType PricingQuantity PricingUnit Id ' +
    'AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags ContractApplied HostProviderName'
  )
    .split(' ')
    .map(columnKey),
);
const isKnown = (column: string): boolean => column.startsWith('x_') || OTHERS.has(columnKey(column));

/** The specification has no such column; exports through a database have. Where it is a row number it never repeats. */
const IDENTITY = ['Id', 'x_LineItemId'];

const CATEGORIES: Readonly<Record<string, ChargeCategory>> = {
  usage: 'usage',
  purchase: 'purchase',
  tax: 'tax',
  credit: 'credit',
  adjustment: 'adjustment',
};

const PRICINGS: Readonly<Record<string, Pricing>> = {
  standard: 'onDemand',
  committed: 'committed',
  dynamic: 'dynamic',
  other: 'other',
  'on-demand': 'onDemand', // of 0.5 and 1.0-preview, like the next
  'commitment-based': 'committed',
};

/**
 * Rows of a FOCUS file. Where there is no effective cost it is the billed one; the time that a row is filed under is the start of
 * its charge period, however long that is.
 */
export const focusMapper = (columns: readonly string[]): BillMapper => {
  const { at, missing, ignored, used } = bindColumns<Name>(COLUMNS, columns, REQUIRED);
  const row = rowReader<Name>(at, columns);
  const tagsOf = remembering(readTags);
  const monthAt = monthMemo();
  const isConsumed = () => row.text('consumed') !== undefined;
  const whatOf = row.remembered(WHAT, ['resource', 'usageType'], () => {
    const provider = row.text('provider');
    if (provider === undefined) row.wrong('provider', 'is empty');
    const category = row.oneOf('category', CATEGORIES);
    if (category === undefined && row.text('category') === undefined) row.wrong('category', 'is empty');
    const tags = tagsOf(row.raw('tags'));
    if (tags === null) row.wrong('tags', 'is no JSON object');
    return {
      provider: provider ?? '',
      billingAccount: row.text('billingAccount'),
      account: row.text('account'),
      region: row.text('region'),
      service: row.text('service'),
      serviceCategory: row.text('serviceCategory'),
      category: category ?? 'usage',
      resource: row.text('resource'),
      usageType: row.text('usageType'),
      instanceType: row.text('instanceType') ?? instanceInDetails(row.raw('details')),
      pricing: row.oneOf('pricing', PRICINGS),
      unit: row.text(isConsumed() ? 'consumedUnit' : 'pricedUnit'),
      currency: row.currency('currency'),
      tags: tags ?? NO_TAGS,
    };
  });

  return {
    ignored: ignored.filter((column) => !isKnown(column)),
    used,
    identity: placesOf(columns, IDENTITY),
    missing: missing.map((name) => COLUMNS[name][0]),
    map(number, values, emit) {
      row.begin(number, values);
      const startMs = row.neededTime('chargeStart');
      const endMs = row.time('chargeEnd') ?? startMs + DAY;
      if (endMs < startMs) row.wrong('chargeEnd', 'is before the start of the charge period');
      const billingMs = row.time('billingStart') ?? startMs;
      const billedCost = row.neededNumber('billedCost');
      const what = whatOf(isConsumed() ? 'consumed' : 'priced');
      // One literal with every field: rows of one shape are what the engine is quick with.
      const line: BillLine = {
        startMs,
        endMs,
        billingPeriod: monthAt(billingMs),
        provider: what.provider,
        billingAccount: what.billingAccount,
        account: what.account,
        region: what.region,
        service: what.service,
        serviceCategory: what.serviceCategory,
        category: what.category,
        resource: what.resource,
        usageType: what.usageType,
        instanceType: what.instanceType,
        pricing: what.pricing,
        quantity: row.number('consumed') ?? row.number('priced'),
        unit: what.unit,
        currency: what.currency,
        listCost: row.number('listCost'),
        billedCost,
        effectiveCost: row.number('effectiveCost') ?? billedCost,
        tags: what.tags,
      };
      const problems = row.problems();
      if (problems.length === 0) emit(line, what);
      return problems;
    },
  };
};

/** `{"InstanceType": "g5.xlarge", …}`; FOCUS 1.2 has it among the SKU's details. */
const instanceInDetails = (raw: string): string | undefined => {
  const [, found] = /"(?:x_)?InstanceType"\s*:\s*"([^"]+)"/.exec(raw) ?? [];
  return found;
};
