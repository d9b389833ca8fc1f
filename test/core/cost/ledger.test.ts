import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryDocumentStore } from '../../../adapters/memory/documentStore.ts';
import { zstd } from '../../../adapters/zstd.ts';
import { COST_DIMENSIONS, type CostEntry } from '../../../core/cost/entry.ts';
import { ledger } from '../../../core/cost/ledger/ledger.ts';
import { sumCosts } from '../../../core/cost/ledger/sum.ts';
import { tableOf } from '../../../core/cost/ledger/table.ts';
import { uniformGrid } from '../../../core/query/time.ts';
import { DAY, HOUR } from '../../../core/telemetry/families.ts';

const DAY_MS = Date.UTC(2026, 10, 20);
const book = () => ledger({ documents: memoryDocumentStore(), compression: zstd() });
const day = { basis: 'estimated', fromMs: DAY_MS, toMs: DAY_MS + DAY } as const;

const label = fc.constantFrom('a', 'b', 'c');
const entry: fc.Arbitrary<CostEntry> = fc.record({
  startMs: fc.nat({ max: 23 }).map((hour) => DAY_MS + hour * HOUR),
  labels: fc.record(Object.fromEntries(COST_DIMENSIONS.map((name) => [name, label])), { requiredKeys: [] }),
  quantity: fc.double({ min: 0, max: 1e9, noNaN: true }),
  cost: fc.option(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { nil: null }),
});
const costOf = (entries: readonly CostEntry[]) => entries.reduce((sum, { cost }) => sum + (cost ?? 0), 0);

describe('the ledger', () => {
  it('sums to the same total, to the cent, whatever it is grouped by and at every grain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 60 }),
        fc.subarray([...COST_DIMENSIONS]),
        async (entries, groupBy) => {
          const kept = book();
          await kept.replaceHours({ ...day, fingerprint: 'f' }, entries);
          for (const grain of ['hour', 'day', 'client'] as const) {
            const tables = await kept.tables({ ...day, grain });
            const { groups } = sumCosts(tables, { grid: uniformGrid(day, HOUR), groupBy, filters: [] });
            const total = groups.reduce((sum, group) => sum + (group.total ?? 0), 0);
            expect(Math.abs(total - costOf(entries))).toBeLessThan(0.005);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps what has a price apart from what has none', () => {
    const shared = { startMs: DAY_MS, labels: { model: 'm' }, quantity: 10 };
    const entries: CostEntry[] = [
      { ...shared, cost: 1 },
      { ...shared, cost: null, missing: 'no price of m' },
    ];
    const { groups, unpriced } = sumCosts([tableOf(entries)], {
      grid: uniformGrid(day, DAY),
      groupBy: ['model'],
      filters: [],
    });
    expect(groups).toMatchObject([{ labels: { model: 'm' }, costs: [1], total: 1 }]);
    expect(unpriced).toEqual([{ labels: { model: 'm' }, missing: 'no price of m', quantity: 10 }]);
  });

  it('says null where nothing is known, and 0 where others cost something', () => {
    const entries: CostEntry[] = [
      { startMs: DAY_MS, labels: { team: 'a' }, quantity: 1, cost: 2 },
      { startMs: DAY_MS + HOUR, labels: { team: 'b' }, quantity: 1, cost: 3 },
    ];
    const grid = uniformGrid({ fromMs: DAY_MS, toMs: DAY_MS + 3 * HOUR }, HOUR);
    const { groups } = sumCosts([tableOf(entries)], { grid, groupBy: ['team'], filters: [] });
    expect(groups.map(({ costs }) => costs)).toEqual([
      [2, 0, null],
      [0, 3, null],
    ]);
  });

  it('never sums currencies', () => {
    const shared = { startMs: DAY_MS, labels: { service: 's' }, quantity: 1 };
    const entries: CostEntry[] = [
      { ...shared, cost: 2 },
      { ...shared, cost: 3, currency: 'EUR' },
    ];
    const { groups } = sumCosts([tableOf(entries)], { grid: uniformGrid(day, DAY), groupBy: [], filters: [] });
    expect(groups.map(({ currency, total }) => ({ currency, total }))).toEqual([
      { currency: 'USD', total: 2 },
      { currency: 'EUR', total: 3 },
    ]);
  });

  it('replaces the hours it is told of and leaves the others, however often', async () => {
    const kept = book();
    const at = (hour: number, cost: number): CostEntry => ({
      startMs: DAY_MS + hour * HOUR,
      labels: { team: 't', client: 'c' },
      quantity: 1,
      cost,
    });
    await kept.replaceHours({ ...day, fingerprint: '1' }, [at(0, 1), at(1, 2)]);
    const second = { ...day, fromMs: DAY_MS + HOUR, toMs: DAY_MS + 2 * HOUR, fingerprint: '2' };
    for (let i = 0; i < 2; i++) await kept.replaceHours(second, [at(1, 5)]);

    const costs = async (grain: 'hour' | 'day' | 'client') =>
      (await kept.entries({ ...day, grain })).map(({ labels, cost }) => [labels.client, cost]);
    expect(await costs('client')).toEqual([
      ['c', 1],
      ['c', 5],
    ]);
    expect(await costs('hour')).toEqual([
      [undefined, 1],
      [undefined, 5],
    ]);
    expect(await costs('day')).toEqual([[undefined, 6]]);
    expect(await kept.fingerprints('estimated', [DAY_MS, DAY_MS + DAY])).toEqual(['2', undefined]);
  });

  it('loses nothing to writers that meet', async () => {
    const kept = book();
    const at = (dayOfMonth: number): CostEntry => ({
      startMs: Date.UTC(2026, 10, dayOfMonth),
      labels: { team: 't' },
      quantity: 1,
      cost: 1,
    });
    await Promise.all(
      [1, 2, 3, 4, 5].map((n) => {
        const fromMs = Date.UTC(2026, 10, n);
        return kept.replaceHours({ basis: 'estimated', fromMs, toMs: fromMs + DAY, fingerprint: '' }, [at(n)]);
      }),
    );
    const month = { basis: 'estimated', fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 11, 1) } as const;
    expect(costOf(await kept.entries({ ...month, grain: 'day' }))).toBe(5);
  });
});
