import { describe, expect, it } from 'vitest';
import { csvOf, curRow, mapped, type Row } from './world.ts';

const linesOf = (...rows: Row[]) => {
  const { lines, problems } = mapped(csvOf(rows.map(curRow)), 'cur');
  expect(problems).toEqual([]);
  return lines;
};
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('a row of CUR 2.0', () => {
  it('becomes a line with everything that it says', () => {
    expect(linesOf({})[0]).toEqual({
      startMs: Date.UTC(2026, 2, 5, 10),
      endMs: Date.UTC(2026, 2, 5, 11),
      billingPeriod: '2026-03',
      provider: 'AWS',
      billingAccount: '111122223333',
      account: '444455556666',
      region: 'eu-central-1',
      service: 'Amazon Elastic Compute Cloud',
      category: 'usage',
      resource: 'i-0abc',
      usageType: 'EUC1-BoxUsage:g5.xlarge',
      instanceType: 'g5.xlarge',
      pricing: 'onDemand',
      quantity: 1,
      unit: 'Hrs',
      currency: 'USD',
      listCost: 1.26,
      billedCost: 1.26,
      effectiveCost: 1.26,
      tags: { team: 'search' },
    });
  });

  it.each<[string, Row, string, number]>([
    ['Usage', {}, 'usage', 1.26],
    ['DiscountedUsage', { reservation_effective_cost: 0.8 }, 'usage', 0.8],
    ['SavingsPlanCoveredUsage', { savings_plan_savings_plan_effective_cost: 0.9 }, 'usage', 0.9],
    ['SavingsPlanNegation', {}, 'usage', 0],
    [
      'SavingsPlanRecurringFee',
      { savings_plan_total_commitment_to_date: 10, savings_plan_used_commitment: 8.5 },
      'purchase',
      1.5,
    ],
    ['SavingsPlanUpfrontFee', {}, 'purchase', 0],
    [
      'RIFee',
      { reservation_unused_amortized_upfront_fee_for_billing_period: 2, reservation_unused_recurring_fee: 0.5 },
      'purchase',
      2.5,
    ],
    ['Fee', { reservation_reservation_a_r_n: 'arn:aws:ec2:::reserved-instances/1' }, 'purchase', 0],
    ['Fee', {}, 'purchase', 1.26],
    ['Tax', {}, 'tax', 1.26],
    ['Credit', {}, 'credit', 1.26],
    ['Refund', {}, 'credit', 1.26],
    ['EdpDiscount', {}, 'credit', 1.26],
  ])('of type %s with %j costs this with what was paid up front spread over its use', (type, more, category, cost) => {
    const [found] = linesOf({ line_item_line_item_type: type, ...more });

    expect(found).toMatchObject({ category, billedCost: 1.26, effectiveCost: cost });
  });

  it('of split cost allocation moves cost from the instance to its pods, and counts nothing twice', () => {
    const pod = {
      line_item_product_code: 'AmazonEKS',
      product: '',
      line_item_unblended_cost: 0,
      line_item_usage_type: 'EUC1-EKS-EC2-vCPU-Hours',
      split_line_item_parent_resource_id: 'i-0abc',
      split_line_item_unused_cost: 0.1,
    };
    const lines = linesOf(
      {},
      { ...pod, line_item_resource_id: 'pod-1', split_line_item_split_cost: 0.5, resource_tags: '{"user_team": "a"}' },
      { ...pod, line_item_resource_id: 'pod-2', split_line_item_split_cost: 0.3 },
    );

    const of = (resource: string) => sum(lines.filter((l) => l.resource === resource).map((l) => l.effectiveCost));
    expect(sum(lines.map((l) => l.effectiveCost))).toBeCloseTo(1.26, 12);
    expect(sum(lines.map((l) => l.billedCost))).toBeCloseTo(1.26, 12);
    expect([of('pod-1'), of('pod-2'), of('i-0abc')].map((cost) => Number(cost.toFixed(9)))).toEqual([0.6, 0.4, 0.26]);
  });

  it('of the legacy report is read by its names, with tags in columns of their own', () => {
    const text =
      'identity/LineItemId,bill/PayerAccountId,lineItem/UsageStartDate,lineItem/LineItemType,lineItem/ProductCode,' +
      'product/ProductName,lineItem/CurrencyCode,lineItem/UnblendedCost,resourceTags/user:team,resourceTags/user:env\n' +
      'a,111122223333,2026-03-05T10:00:00Z,Usage,AmazonS3,Amazon Simple Storage Service,USD,0.5,search,\n';

    const { lines, problems } = mapped(text, 'cur');

    expect(problems).toEqual([]);
    expect(lines[0]).toMatchObject({
      service: 'Amazon Simple Storage Service',
      billedCost: 0.5,
      tags: { team: 'search' },
    });
  });

  it('of a type that nobody knows is left out', () => {
    const { lines, problems } = mapped(csvOf([curRow({ line_item_line_item_type: 'Gift' })]), 'cur');

    expect(lines).toEqual([]);
    expect(problems).toMatchObject([{ row: 2, column: 'line_item_line_item_type', value: 'Gift' }]);
  });
});
