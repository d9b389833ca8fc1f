import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakEven, ownRequestUsd, spotComparison } from '../../core/cost/breakEven.ts';
import type { CostEntry, CostLabels } from '../../core/cost/entry.ts';
import { trendOf } from '../../core/cost/trend.ts';
import { costSums, unitCosts } from '../../core/cost/unitCosts.ts';

const entry = (labels: CostLabels, cost: number | null): CostEntry => ({ startMs: 0, labels, quantity: 1, cost });

describe('unitCosts', () => {
  const entries = [
    entry({ operation: 'inference', item: 'inputTokens' }, 3),
    entry({ operation: 'inference', item: 'cacheReadTokens' }, 1),
    entry({ operation: 'inference', item: 'outputTokens' }, 6),
    entry({ operation: 'training' }, 100),
    entry({ operation: 'storage' }, 2.3),
    entry({ operation: 'network' }, 9),
    entry({}, 0.5),
  ];

  it('divides what was paid by what was done', () => {
    const costs = unitCosts(costSums(entries), {
      requests: 1000,
      inputTokens: 1_000_000,
      outputTokens: 250_000,
      trainingHours: 50,
      failedTrainingHours: 5,
      restartedTrainingHours: 3,
      waitingTrainingHours: 2,
      epochs: 4,
      storageGbMonths: 100,
      transferGb: 100,
      latencyMs: 500,
    });

    expect(
      Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, (cost as { value?: number }).value])),
    ).toEqual({
      inference: 0.01,
      tokens: 0.008,
      inputTokens: 0.004,
      outputTokens: 0.024,
      trainingHour: 2,
      usefulTrainingHour: 2.5,
      epoch: 25,
      storage: 0.023,
      network: 0.09,
      latencyCost: 5, // half a second × $10 of a thousand requests
      wastedTraining: undefined,
    });
    expect(costs.wastedTraining).toEqual({ failed: 10, restarted: 6, waiting: 4 });
  });

  it('says why where it does not know', () => {
    const costs = unitCosts(costSums([entry({ operation: 'inference', item: 'instanceHours' }, 5)]), {
      requests: 0,
      inputTokens: 100,
      outputTokens: 10,
    });

    expect(costs.inference).toEqual({ value: null, unit: '$/request', reason: 'requests: none' });
    expect(costs.epoch).toMatchObject({ value: null, reason: 'epochs: not known' });
    expect(costs.inputTokens).toMatchObject({
      value: null,
      reason: expect.stringContaining('not priced by the token'),
    });
    expect(costs.wastedTraining).toBeNull();
  });

  it('says "at least" where something has no price, and nothing where nothing has', () => {
    const unpriced = entry({ operation: 'inference' }, null);

    expect(unitCosts(costSums([...entries, unpriced]), { requests: 10 }).inference).toMatchObject({ isAtLeast: true });
    expect(unitCosts(costSums([unpriced]), { requests: 10 }).inference).toMatchObject({ value: null });
  });

  it('splits all priced dollars into operations', () => {
    const operations = fc.constantFrom('inference', 'training', 'storage', 'network', 'other', undefined, 'odd');
    fc.assert(
      fc.property(fc.array(fc.tuple(operations, fc.integer({ min: -1000, max: 1000 }))), (list) => {
        const sums = costSums(list.map(([operation, cost]) => entry(operation ? { operation } : {}, cost)));

        const { inference, training, storage, network, other } = sums;
        expect(inference + training + storage + network + other).toBe(list.reduce((sum, [, cost]) => sum + cost, 0));
      }),
    );
  });
});

describe('breakEven', () => {
  it('agrees with counting out the cost of every load', () => {
    const whole = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 1, max: 20 }), (usdPerHour, requestsPerHour, apiUsd) => {
        const isCheaper = (load: number) => Math.ceil(load / requestsPerHour) * usdPerHour < load * apiUsd;

        const answer = breakEven({ usdPerHour, requestsPerHour }, apiUsd);

        if (answer.kind !== 'cheaperFrom') {
          for (let load = 1; load < 500; load++) expect(isCheaper(load)).toBe(false);
          return;
        }
        for (let load = 1; load <= requestsPerHour; load++) expect(isCheaper(load)).toBe(load > answer.requestsPerHour);
        const from = Math.floor(answer.alwaysFrom + 1e-9) + 1;
        for (let load = from; load < from + 400; load++) expect(isCheaper(load)).toBe(true);
      }),
    );
  });

  it('concludes nothing from what it does not know', () => {
    expect(breakEven({ usdPerHour: null, requestsPerHour: 1 }, 1)).toEqual({
      kind: 'unknown',
      missing: 'price of an hour',
    });
    expect(breakEven({ usdPerHour: 1, requestsPerHour: 0 }, 1)).toMatchObject({ kind: 'unknown' });
    expect(breakEven({ usdPerHour: 1, requestsPerHour: 5 }, null)).toMatchObject({ kind: 'unknown' });
    expect(ownRequestUsd({ usdPerHour: 1, requestsPerHour: 100 }, 0)).toBeNull();
  });
});

describe('spotComparison', () => {
  it('counts the hours that interruptions lose, and is even at its break-even', () => {
    const compare = (interruptionsPerHour: number) =>
      spotComparison({ onDemandUsd: 3, spotUsd: 1, interruptionsPerHour, lostHours: 0.5 });

    expect(compare(0.1)).toMatchObject({ spotUsd: 1.05, savingsRatio: 1 - 1.05 / 3, breakEvenPerHour: 4 });
    expect(compare(4)).toMatchObject({ savingsRatio: 0 });
  });
});

describe('trendOf', () => {
  it('is of the whole course, not of one wild period', () => {
    expect(trendOf([1, 1.1, 1.2, 9, 1.4, 1.5])).toMatchObject({ direction: 'rising' });
    expect(trendOf([1, 1, 1, 1, 5])).toMatchObject({ direction: 'steady', last: 4 });
    expect(trendOf([1, null, 2])).toEqual({ last: null, perPeriod: null, direction: 'unknown' });
  });
});
