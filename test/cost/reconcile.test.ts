import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CostEntry, CostLabels } from '../../core/cost/entry.ts';
import { sumOfParts } from '../../core/cost/reconcile/parts.ts';
import { reconcile } from '../../core/cost/reconcile/reconcile.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** A line of each of the first days, with these quantities at these prices. */
const daily = (
  labels: CostLabels,
  quantities: readonly number[],
  price: number | null | ((day: number) => number),
): CostEntry[] =>
  quantities.map((quantity, day) => ({
    startMs: START + day * DAY,
    labels,
    quantity,
    cost: price === null ? null : quantity * (typeof price === 'number' ? price : price(day)),
  }));

const LABELS: CostLabels = { service: 'Amazon Bedrock', region: 'us-east-1', model: 'm', item: 'inputTokens' };
const TEN = Array.from({ length: 10 }, (_, i) => 1000 + i * 37);

const partsOf = (estimated: CostEntry[], billed: (CostEntry & { unit?: string })[]) => {
  const { parts } = reconcile({ estimated, billed }).total;
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, dollars]) =>
      Math.abs(dollars) < 1e-9 ? [] : [[name, Math.round(dollars * 1e6) / 1e6]],
    ),
  );
};
const total = (entries: CostEntry[]) => Math.round(entries.reduce((sum, { cost }) => sum + (cost ?? 0), 0) * 1e6) / 1e6;

describe('reconcile', () => {
  it('answers nothing for nothing', () => {
    expect(reconcile({ estimated: [], billed: [] })).toMatchObject({
      days: [],
      coverage: [],
      factors: [],
      leftOut: [],
    });
  });

  it('matches what both agree on', () => {
    const { total: all, coverage } = reconcile({
      estimated: daily(LABELS, TEN, 0.01),
      billed: daily(LABELS, TEN, 0.01),
    });

    expect(all.matched).toBeCloseTo(all.billed, 9);
    expect(coverage).toMatchObject([{ service: 'Amazon Bedrock', meteredRatio: 1, explainedRatio: 1 }]);
  });

  it.each<[string, CostEntry[], (CostEntry & { unit?: string })[], Record<string, number>]>([
    ['no price is known', daily(LABELS, TEN, null), daily(LABELS, TEN, 0.01), { unpriced: 116.65 }],
    ['nobody meters the service', [], daily({ service: 'X' }, [1, 1], 5), { unmetered: 10 }],
    [
      'nobody knows the instance',
      daily({ service: 'EC2', resource: 'i-1', item: 'instanceHours' }, TEN, 0.01),
      ['i-1', 'i-2'].flatMap((resource) =>
        daily({ service: 'AmazonEC2', resource, item: 'BoxUsage:g5.xlarge' }, TEN, 0.01),
      ),
      { unmetered: 116.65 },
    ],
    ['all is at a discount', daily(LABELS, TEN, 0.01), daily(LABELS, TEN, 0.008), { discount: -23.33 }],
    [
      'the list price rises',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, (day) => (day < 5 ? 0.01 : 0.012)),
      { priceChange: 12.59 },
    ],
    [
      'the list price rises below a discount',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, (day) => (day < 5 ? 0.01 : 0.012) * 0.88),
      { priceChange: 12.59, discount: -15.5088 },
    ],
    [
      'the list price rises, and the estimate learns it late',
      daily(LABELS, TEN, (day) => (day < 7 ? 0.01 : 0.012)),
      daily(LABELS, TEN, (day) => (day < 5 ? 0.01 : 0.012)),
      { priceChange: 4.814 },
    ],
    [
      'a round discount is rounded to cents',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, 0.01 * 0.925).map((entry) => ({ ...entry, cost: Number(entry.cost!.toFixed(2)) })),
      { discount: -8.74875, rounding: -0.00125 },
    ],
    [
      'a new price is round and rounded to cents',
      daily(LABELS, TEN, 0.0103),
      daily(LABELS, TEN, (day) => (day < 5 ? 0.0103 : 0.0117)).map((entry) => ({
        ...entry,
        cost: Number(entry.cost!.toFixed(2)),
      })),
      { priceChange: 8.813, rounding: -0.0125 },
    ],
    [
      'a commitment begins to pay',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, (day) => (day < 5 ? 0.01 : 0.008)).map((entry, day) => ({
        ...entry,
        labels: { ...LABELS, pricing: day < 5 ? 'onDemand' : 'committed' },
      })),
      { discount: -12.59 },
    ],
    [
      'the bill says list prices',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, 0.009).map((entry) => ({ ...entry, listCost: entry.quantity * 0.012 })),
      { priceChange: 23.33, discount: -34.995 },
    ],
    [
      'telemetry was down for a day',
      daily(LABELS, [100, 100, 0, 100], 1),
      daily(LABELS, [100, 100, 100, 100], 1),
      { missingUsage: 100 },
    ],
    ['a day is not billed', daily(LABELS, [...TEN], 1), daily(LABELS, TEN.slice(0, -1), 1), { unbilled: -1333 }],
    [
      'the bill counts in thousands and says so',
      daily(LABELS, TEN, 0.01),
      daily(LABELS, TEN, 0.01).map((entry) => ({ ...entry, quantity: entry.quantity / 1000, unit: '1K tokens' })),
      {},
    ],
    [
      'the bill counts in seconds and does not say so',
      daily({ service: 'EC2', item: 'instanceHours' }, TEN, 2),
      daily({ service: 'EC2', item: 'instanceHours' }, TEN, 2).map((entry) => ({
        ...entry,
        quantity: entry.quantity * 3600,
      })),
      {},
    ],
    [
      'the bill counts hours in tenths',
      daily({ service: 'EC2' }, [23.46, 11.98, 20.03, 17.41, 9.96, 22.13], 2),
      daily({ service: 'EC2' }, [23.5, 12, 20, 17.4, 10, 22.1], 2),
      { rounding: 0.06 },
    ],
  ])('says what it is when %s', (_name, estimated, billed, parts) => {
    expect(partsOf(estimated, billed)).toEqual(parts);
  });

  it('lets a late day net out', () => {
    const billed = daily(LABELS, TEN, 0.01).map((entry, day) =>
      day === 4 ? { ...entry, startMs: entry.startMs + DAY } : entry,
    );

    const { days, total: all } = reconcile({ estimated: daily(LABELS, TEN, 0.01), billed });

    expect(days.map(({ parts }) => Math.round(parts.timing * 100) / 100).slice(3, 7)).toEqual([0, -11.48, 11.48, 0]);
    expect(all.parts.timing).toBeCloseTo(0, 9);
    expect(all.matched).toBeCloseTo(all.billed, 9);
  });

  it('keeps taxes, credits and purchases apart from usage', () => {
    const charge = (chargeCategory: string, cost: number): CostEntry => ({
      startMs: START,
      labels: { ...LABELS, chargeCategory },
      quantity: 0,
      cost,
    });
    const charges = [charge('tax', 3), charge('credit', -2), charge('purchase', 100), charge('adjustment', -1)];

    const parts = partsOf(daily(LABELS, TEN, 1), [...daily(LABELS, TEN, 1), ...charges]);

    expect(parts).toEqual({ tax: 3, credit: -2, purchase: 100, adjustment: -1 });
  });

  it('leaves other currencies out, and says so', () => {
    const euros = daily(LABELS, TEN, 1).map((entry) => ({ ...entry, currency: 'EUR' }));

    const { days, leftOut } = reconcile({ estimated: [], billed: euros });

    expect([days, leftOut]).toEqual([[], [{ currency: 'EUR', billed: total(euros) }]]);
  });

  it('reports factors of closed days and applies none', () => {
    const billed = daily(LABELS, TEN.slice(0, 8), 0.008);

    const { factors, days } = reconcile({ estimated: daily(LABELS, TEN, 0.01), billed, options: { factorDays: 5 } });

    expect(factors).toMatchObject([
      { service: 'Amazon Bedrock', labels: { model: 'm' }, days: 5, factor: expect.closeTo(0.8, 9) },
    ]);
    expect(days.map(({ isClosed }) => isClosed)).toEqual([...Array(8).fill(true), false, false]);
    expect(days[0]!.estimated).toBeCloseTo(10, 9);
  });

  it('answers the days that are asked for, and looks at those around them', () => {
    const billed = daily(LABELS, TEN, 0.01).map((entry, day) =>
      day === 4 ? { ...entry, startMs: entry.startMs + DAY } : entry,
    );
    const options = { fromMs: START + 5 * DAY, toMs: START + 6 * DAY };

    const { days } = reconcile({ estimated: daily(LABELS, TEN, 0.01), billed, options });

    expect(days.map(({ day, parts }) => [day, Math.round(parts.timing * 100) / 100])).toEqual([['2026-01-06', 11.48]]);
  });
});

describe('reconcile: laws', () => {
  const amount = fc.oneof(
    fc.constant(0),
    fc.double({ min: -10, max: 1e6, noNaN: true }),
    fc.integer({ min: 0, max: 100 }),
  );
  const entry = fc.record(
    {
      startMs: fc.integer({ min: 0, max: 24 * 12 }).map((hour) => START + hour * 3_600_000),
      labels: fc.record(
        {
          service: fc.constantFrom('A', 'B', 'AmazonEC2', 'EC2', ''),
          region: fc.constantFrom('r1', 'r2'),
          resource: fc.constantFrom('i-1', 'i-2'),
          item: fc.constantFrom('inputTokens', 'outputTokens', 'Hrs'),
          pricing: fc.constantFrom('onDemand', 'committed', 'spot'),
          chargeCategory: fc.constantFrom('usage', 'tax', 'credit', 'purchase', 'other'),
        },
        { requiredKeys: [] },
      ),
      quantity: amount,
      cost: fc.oneof({ weight: 9, arbitrary: amount }, { weight: 1, arbitrary: fc.constant(null) }),
      listCost: amount,
    },
    { requiredKeys: ['startMs', 'labels', 'quantity', 'cost'] },
  );
  const ledgers = fc.record({
    estimated: fc.array(entry, { maxLength: 40 }),
    billed: fc.array(entry, { maxLength: 40 }),
  });
  const scaleOf = ({ estimated, billed }: { estimated: CostEntry[]; billed: CostEntry[] }) =>
    [...estimated, ...billed].reduce((sum, { cost }) => sum + Math.abs(cost ?? 0), 1);

  it('lets the parts of each day and service sum up to the difference, and the days to the ledgers', () => {
    fc.assert(
      fc.property(ledgers, (both) => {
        const { days, total: all } = reconcile(both);
        const error = 1e-9 * scaleOf(both);

        for (const { parts, billed, estimated } of days) {
          expect(Object.values(parts).every(Number.isFinite)).toBe(true);
          expect(Math.abs(sumOfParts(parts) - (billed - estimated))).toBeLessThan(error);
        }
        const sum = (entries: CostEntry[]) => entries.reduce((dollars, { cost }) => dollars + (cost ?? 0), 0);
        expect(Math.abs(all.billed - sum(both.billed))).toBeLessThan(error);
        expect(Math.abs(all.estimated - sum(both.estimated))).toBeLessThan(error);
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  it('does not depend on the order of entries', () => {
    const isNear = (a: number, b: number, scale: number) => Math.abs(a - b) < 1e-6 * scale;
    fc.assert(
      fc.property(ledgers, (both) => {
        const reversed = reconcile({ estimated: both.estimated.toReversed(), billed: both.billed.toReversed() });

        for (const [name, dollars] of Object.entries(reconcile(both).total.parts))
          expect(isNear(dollars, reversed.total.parts[name as 'tax'], scaleOf(both)), name).toBe(true);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
