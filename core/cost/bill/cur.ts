import { DAY } from '../../telemetry/families.ts';
import { bindColumns, type ColumnTable, placesOf } from './columns.ts';
import type { BillLine, ChargeCategory, Pricing } from './line.ts';
import { type BillMapper, rowReader } from './row.ts';
import { monthMemo, readTags, readText, remembering, sortedTags } from './values.ts';

/**
 * The columns that are read of CUR 2.0, and of the legacy CUR where it calls them otherwise (its `lineItem/UsageType` is
 * the same to `columnKey`). Source: AWS's data dictionaries of CUR 2.0 and of the legacy report. As of 2026-11.
 */
const COLUMNS = {
  start: ['line_item_usage_start_date'],
  end: ['line_item_usage_end_date'],
  billingStart: ['bill_billing_period_start_date'],
  billingAccount: ['bill_payer_account_id'],
  account: ['line_item_usage_account_id'],
  region: ['product_region_code', 'product_region'],
  productCode: ['line_item_product_code'],
  productName: ['product_product_name'],
  product: ['product'],
  family: ['product_product_family'],
  type: ['line_item_line_item_type'],
  resource: ['line_item_resource_id'],
  usageType: ['line_item_usage_type'],
  instanceType: ['product_instance_type'],
  term: ['pricing_term'],
  quantity: ['line_item_usage_amount'],
  unit: ['pricing_unit'],
  currency: ['line_item_currency_code'],
  billedCost: ['line_item_unblended_cost'],
  listCost: ['pricing_public_on_demand_cost'],
  reservation: ['reservation_reservation_a_r_n', 'reservation/ReservationARN'],
  reservedCost: ['reservation_effective_cost'],
  unusedUpfront: ['reservation_unused_amortized_upfront_fee_for_billing_period'],
  unusedRecurring: ['reservation_unused_recurring_fee'],
  planCost: ['savings_plan_savings_plan_effective_cost'],
  planCommitment: ['savings_plan_total_commitment_to_date'],
  planUsed: ['savings_plan_used_commitment'],
  splitParent: ['split_line_item_parent_resource_id'],
  splitCost: ['split_line_item_split_cost'],
  splitUnused: ['split_line_item_unused_cost'],
  tags: ['resource_tags'],
} as const satisfies ColumnTable<string>;
type Name = keyof typeof COLUMNS;

const REQUIRED: readonly Name[] = ['start', 'productCode', 'type', 'currency', 'billedCost'];

/** AWS's own columns, of which there are more than a hundred. */
const OWN =
  /^(bill|line_?item|product|pricing|reservation|savings_?plan|split_?line_?item|discount|cost_?category|identity|resource_?tags|capacity_?reservation|tags)([_/]|$)/i;

/** The id alone is unique within a partition of the export only. */
const IDENTITY = ['identity_line_item_id', 'identity_time_interval'];

interface LineType {
  category: ChargeCategory;
  /** What it costs with what was paid up front spread over its use, where that is not what is billed. */
  effective?: 'reserved' | 'unusedReserved' | 'plan' | 'unusedPlan' | 'nothing' | 'nothingIfReserved';
}

/**
 * Effective costs by the kind of line, as AWS defines amortised cost (docs.aws.amazon.com/cur: "Understanding Savings Plans",
 * "Understanding your reservations"). Fees that were paid for a commitment cost nothing themselves, but for what of it was not used.
 */
const TYPES: Readonly<Record<string, LineType>> = {
  usage: { category: 'usage' },
  discountedusage: { category: 'usage', effective: 'reserved' },
  savingsplancoveredusage: { category: 'usage', effective: 'plan' },
  savingsplannegation: { category: 'usage', effective: 'nothing' },
  savingsplanrecurringfee: { category: 'purchase', effective: 'unusedPlan' },
  savingsplanupfrontfee: { category: 'purchase', effective: 'nothing' },
  rifee: { category: 'purchase', effective: 'unusedReserved' },
  fee: { category: 'purchase', effective: 'nothingIfReserved' },
  tax: { category: 'tax' },
  credit: { category: 'credit' },
  refund: { category: 'credit' },
  bundleddiscount: { category: 'credit' },
  edpdiscount: { category: 'credit' },
  privateratediscount: { category: 'credit' },
  rivolumediscount: { category: 'credit' },
  sppdiscount: { category: 'credit' },
  distributordiscount: { category: 'credit' },
  discount: { category: 'credit' },
};

const TERMS: Readonly<Record<string, Pricing>> = { ondemand: 'onDemand', reserved: 'committed', spot: 'dynamic' };
const COVERED = /^(DiscountedUsage|SavingsPlanCoveredUsage|SavingsPlanNegation)$/i;

/** Tags that are columns of their own: `resource_tags_user_team`, `resourceTags/user:team`. */
const TAG_COLUMN = /^resource_?tags[_/](?:user[_:])?(.+)$/i;

/**
 * Rows of CUR 2.0 and of the legacy CUR. A row of split cost allocation gives two lines: its share of the instance's cost
 * to the pod or task, and the same taken off the instance, so that nothing is counted twice.
 */
export const curMapper = (columns: readonly string[]): BillMapper => {
  const { at, missing, ignored, used } = bindColumns<Name>(COLUMNS, columns, REQUIRED);
  const row = rowReader<Name>(at, columns);
  const tagColumns = columns.flatMap((name, place): [string, number][] => {
    const [, key] = (place !== at.tags && TAG_COLUMN.exec(name)) || [];
    return key === undefined ? [] : [[key, place]];
  });
  const monthAt = monthMemo();
  const mapOf = remembering(readTags);

  const tagsOf = (values: readonly string[]): Readonly<Record<string, string>> => {
    const map = mapOf(row.raw('tags'));
    if (map === null) row.wrong('tags', 'is no JSON object');
    if (tagColumns.length === 0) return withoutPrefix(map ?? {});
    const own = tagColumns.map(([key, place]): [string, unknown] => [key, readText(values[place] ?? '')]);
    return sortedTags([...Object.entries(withoutPrefix(map ?? {})), ...own]);
  };

  const amount = (name: Name): number => row.number(name) ?? 0;
  const effectiveOf = ({ effective }: LineType, billed: number): number => {
    switch (effective) {
      case 'reserved':
        return row.number('reservedCost') ?? billed;
      case 'plan':
        return row.number('planCost') ?? billed;
      case 'unusedReserved':
        return amount('unusedUpfront') + amount('unusedRecurring');
      case 'unusedPlan':
        return amount('planCommitment') - amount('planUsed');
      case 'nothing':
        return 0;
      case 'nothingIfReserved':
        return row.text('reservation') === undefined ? billed : 0;
      default:
        return billed;
    }
  };

  return {
    ignored: ignored.filter((name) => !OWN.test(name)),
    used: new Set([...used, ...tagColumns.map(([, place]) => place)]),
    identity: placesOf(columns, IDENTITY),
    missing: missing.map((name) => COLUMNS[name][0]),
    map(number, values, emit) {
      row.begin(number, values);
      const startMs = row.neededTime('start');
      const endMs = row.time('end') ?? startMs + DAY;
      const billingMs = row.time('billingStart') ?? startMs;
      const type = row.oneOf('type', TYPES);
      if (type === undefined && row.text('type') === undefined) row.wrong('type', 'is empty');
      const billedCost = row.neededNumber('billedCost');
      const product = mapOf(row.raw('product'));
      const code = row.text('productCode');
      const line: BillLine = {
        startMs,
        endMs,
        billingPeriod: monthAt(billingMs),
        provider: 'AWS',
        billingAccount: row.text('billingAccount'),
        account: row.text('account'),
        region: row.text('region') ?? product?.region_code ?? product?.region,
        service: row.text('productName') ?? product?.product_name ?? code,
        serviceCategory: row.text('family') ?? product?.product_family,
        category: type?.category ?? 'usage',
        resource: row.text('resource'),
        usageType: row.text('usageType'),
        instanceType: row.text('instanceType') ?? product?.instance_type,
        pricing: COVERED.test(row.raw('type')) ? 'committed' : TERMS[row.raw('term').toLowerCase()],
        quantity: row.number('quantity'),
        unit: row.text('unit'),
        currency: row.currency('currency'),
        listCost: row.number('listCost'),
        billedCost,
        effectiveCost: type ? effectiveOf(type, billedCost) : 0,
        tags: tagsOf(values),
      };
      const parent = row.text('splitParent');
      const share = parent === undefined ? 0 : amount('splitCost') + amount('splitUnused');
      const problems = row.problems();
      if (problems.length > 0) return problems;
      if (share !== 0 && parent !== undefined) {
        emit({ ...line, effectiveCost: line.effectiveCost + share });
        emit({ ...line, resource: parent, billedCost: 0, effectiveCost: -share, quantity: 0, tags: {} });
      } else emit(line);
      return problems;
    },
  };
};

/** CUR 2.0's map has keys such as `user_team` and `aws_createdBy`; the first kind is what people gave. */
const withoutPrefix = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.keys(tags).some((key) => key.startsWith('user_') || key.startsWith('user:'))
    ? sortedTags(Object.entries(tags).map(([key, value]) => [key.replace(/^user[_:]/, ''), value]))
    : tags;
