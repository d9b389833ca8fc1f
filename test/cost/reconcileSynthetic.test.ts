import { describe, expect, it } from 'vitest';
import { reconcile } from '../../core/cost/reconcile/reconcile.ts';
import { type Effects, mulberry32, type Plan, type Planted, type Synthetic, syntheticBill } from './syntheticBill.ts';

const isLong = process.env.MODELMETER_LONG !== undefined;
const SEEDS = Array.from({ length: isLong ? 100 : 25 }, (_, i) => i + 1);
const FEW = SEEDS.slice(0, isLong ? 30 : 10);
const DAYS = 30;

/** Rates as people set them: discounts in half percents, new prices by as many or of three digits. */
const roundRates = (effects: Required<Effects>, seed: number): Required<Effects> => {
  const perUnit = seed % 2 ? 100 : 200;
  const round = (share: number) => Math.round(share * perUnit) / perUnit;
  const { discount, priceChange } = effects;
  return {
    ...effects,
    discount: { ...discount, share: round(discount.share) },
    priceChange:
      seed % 4 < 2 ? { ...priceChange, share: round(priceChange.share), digits: 12 } : { ...priceChange, digits: 3 },
  };
};

const EFFECTS = ['discount', 'priceChange', 'missing', 'unmetered', 'rounding', 'late', 'unpriced'] as const;

/** A plan with any magnitudes and sizes, and those of the effects that are wanted. */
const planOf = (
  seed: number,
  isWanted: (effect: keyof Effects, random: () => number) => boolean,
  change = (effects: Required<Effects>, _seed: number) => effects,
): Plan => {
  const random = mulberry32(seed * 7919);
  const between = (low: number, high: number) => low + (high - low) * random();
  const whole = (low: number, high: number) => Math.floor(between(low, high + 1));
  const isHeads = () => random() < 0.5;
  const drawn: Required<Effects> = {
    discount: { share: Number(between(0.03, 0.4).toFixed(isHeads() ? 2 : 6)), ofServices: whole(1, 3) },
    priceChange: {
      share: (isHeads() ? -1 : 1) * between(0.05, 0.3),
      fromDay: whole(2, DAYS - 3),
      ofPrices: between(0.1, 1),
      digits: 5,
    },
    missing: { share: between(0.01, 0.08) },
    unmetered: { dollarsPerDay: between(5, 500) },
    rounding: { decimals: isHeads() ? 2 : 4 },
    late: { day: whole(1, DAYS - 3), hours: isHeads() ? 24 : whole(6, 23) },
    unpriced: { models: 1 },
  };
  const all = change(drawn, seed);
  const effects = Object.fromEntries(EFFECTS.filter((name) => isWanted(name, random)).map((name) => [name, all[name]]));
  return {
    seed,
    startMs: Date.UTC(2026, 2, 1),
    days: DAYS,
    accounts: whole(1, 2),
    regions: whole(1, 2),
    models: whole(2, 5),
    instances: whole(2, 7),
    lines: isHeads() ? 'hours' : 'days',
    hasListCost: isHeads(),
    effects,
  };
};

/** How far each effect's dollars are off, as a share of them; of rounding and of what is unexplained as a share of the bill. */
const errorsOf = (bill: Synthetic): Record<keyof Planted | 'roundingOfBill' | 'unexplainedOfBill', number> => {
  const { days, total } = reconcile(bill);
  const gross = (part: 'timing' | 'unexplained') => days.reduce((sum, { parts }) => sum + Math.abs(parts[part]), 0);
  const found = { ...total.parts, timing: gross('timing') / 2 };
  const errors = Object.entries(bill.planted).map(([name, dollars]) => {
    const off = Math.abs(found[name as keyof Planted] - dollars);
    return [name, dollars === 0 ? off / bill.billedTotal : off / Math.abs(dollars)];
  });
  return {
    ...Object.fromEntries(errors),
    roundingOfBill: Math.abs(found.rounding - bill.planted.rounding) / bill.billedTotal,
    unexplainedOfBill: gross('unexplained') / bill.billedTotal,
  };
};

const NAMED = ['discount', 'priceChange', 'missingUsage', 'unmetered', 'timing', 'unpriced'] as const;

const expectNamed = (seed: number, errors: ReturnType<typeof errorsOf>): void => {
  for (const name of NAMED) expect.soft(errors[name], `seed ${seed}: ${name}`).toBeLessThan(0.01);
  expect.soft(errors.unexplainedOfBill, `seed ${seed}: unexplained`).toBeLessThan(0.005);
  // What equal lines round by cannot be told from cents of a price of many digits: to 1 %, or to 1/5,000 of the bill.
  const rounding = Math.min(errors.rounding, errors.roundingOfBill * 50);
  expect.soft(rounding, `seed ${seed}: rounding`).toBeLessThan(0.01);
};

describe('reconcile: a synthetic bill', () => {
  it('names all effects together, on the same usage, within 1 % of their dollars', () => {
    for (const seed of SEEDS) expectNamed(seed, errorsOf(syntheticBill(planOf(seed, () => true))));
  }, 600_000);

  it('tells rounding to 1 % of itself, or a cent, where rates are round', () => {
    for (const seed of SEEDS) {
      const plan = planOf(seed, () => true, roundRates);
      // Lines of hours say less than a cent wherever there are any: 720 equal lines of $1.21 fit prices from 1.205 to 1.215.
      if (plan.lines === 'hours') plan.effects.rounding = { decimals: 4 };
      const bill = syntheticBill(plan);

      const errors = errorsOf(bill);

      expectNamed(seed, errors);
      const cents = errors.roundingOfBill * bill.billedTotal * 100;
      expect.soft(Math.min(errors.rounding / 0.01, cents), `seed ${seed}: rounding`).toBeLessThanOrEqual(1);
    }
  }, 600_000);

  it('names any of the effects together', () => {
    for (const seed of FEW)
      expectNamed(seed, errorsOf(syntheticBill(planOf(seed + 1000, (_, random) => random() < 0.5))));
  });

  it.each(EFFECTS)('names %s alone, and nothing else', (only) => {
    for (const seed of SEEDS.slice(0, 5)) {
      const errors = errorsOf(syntheticBill(planOf(seed, (effect) => effect === only)));

      for (const [name, error] of Object.entries(errors))
        expect.soft(error, `seed ${seed}: ${name}`).toBeLessThan(1e-6);
    }
  });

  it('finds nothing where nothing is planted', () => {
    const bill = syntheticBill(planOf(1, () => false));

    const { total } = reconcile(bill);

    for (const dollars of Object.values(total.parts)) expect(dollars).toBeCloseTo(0, 8);
    expect(total.matched).toBeCloseTo(bill.billedTotal, 6);
  });

  it.each<[string, (bill: Synthetic) => Synthetic]>([
    ['whose units are told by nothing but the numbers', (bill) => withLines(bill, ({ unit: _, ...line }) => line)],
    [
      'that says some list prices',
      (bill) => withLines(bill, ({ listCost, ...line }, i) => (i % 2 && listCost ? { ...line, listCost } : line)),
    ],
    [
      'that names services as CUR does',
      (bill) =>
        withLines(bill, (line) => ({
          ...line,
          labels: { ...line.labels, service: CUR[line.labels.service!] ?? line.labels.service! },
        })),
    ],
    [
      'that names models and instances by usage types',
      (bill) =>
        withLines(bill, ({ labels: { model, resource: _, ...labels }, ...line }) => ({
          ...line,
          labels: {
            ...labels,
            resourceType: model ? `USE1-${model}-${labels.item}` : `USE1-BoxUsage:${labels.resourceType}`,
          },
        })),
    ],
  ])('takes a bill %s', (_name, change) => {
    for (const seed of SEEDS.slice(0, 5)) expectNamed(seed, errorsOf(change(syntheticBill(planOf(seed, () => true)))));
  });

  it('takes usage that telemetry measures a little differently', () => {
    for (const seed of SEEDS.slice(0, 5)) {
      const bill = syntheticBill(planOf(seed, (effect) => effect !== 'rounding'));
      const random = mulberry32(seed);
      const estimated = bill.estimated.map((entry) => {
        const factor = 1 + 0.02 * (random() - 0.5);
        return { ...entry, quantity: entry.quantity * factor, cost: entry.cost && entry.cost * factor };
      });

      expectNamed(seed, errorsOf({ ...bill, estimated }));
    }
  });
});

const CUR: Record<string, string> = { 'Amazon Bedrock': 'AmazonBedrock', 'Amazon Elastic Compute Cloud': 'AmazonEC2' };

type Line = Synthetic['billed'][number];
const withLines = (bill: Synthetic, change: (line: Line, index: number) => Line): Synthetic => ({
  ...bill,
  billed: bill.billed.map(change),
});
