import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { memoryNoticeStore } from '../../adapters/memory/noticeStore.ts';
import type { Notice } from '../../core/alerts/notice.ts';
import { Budget, budgetStatus } from '../../core/cost/budgets.ts';
import type { CostEntry } from '../../core/cost/entry.ts';
import { forecastDays } from '../../core/cost/forecast.ts';
import { scopeSeries } from '../../core/cost/scope.ts';
import type { Principal } from '../../core/ports.ts';
import { budgetStatuses, deleteBudget, getBudget, listBudgets, putBudget } from '../../core/usecases/budgets.ts';
import { evaluateBudgets } from '../../core/usecases/evaluateBudgets.ts';

import { ledgerOf } from './ledgerWorld.ts';
import { byDay } from './syntheticLedger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const juneMs = Date.UTC(2026, 5, 1);
const principal = (more: Partial<Principal> = {}): Principal => ({ id: 'ada', roles: ['admin'], teams: [], ...more });
const aBudget = (more: Record<string, unknown> = {}): Budget => Budget.parse({ usd: 720, ...more });

/** Hourly costs from sixty days before June until `untilMs`. */
const hours = (untilMs: number, costAt: (atMs: number) => number, team = 'search'): CostEntry[] =>
  Array.from({ length: Math.round((untilMs - juneMs) / HOUR) + 60 * 24 }, (_, i) => {
    const startMs = juneMs - 60 * DAY + i * HOUR;
    return { startMs, labels: { team }, quantity: 1, cost: costAt(startMs) };
  });

const statusAt = (budget: Budget, nowMs: number, entries: CostEntry[]) => {
  const todayMs = Math.floor(nowMs / DAY) * DAY;
  const range = { fromMs: todayMs - 60 * DAY, toMs: todayMs, stepMs: DAY };
  return budgetStatus(budget, { entries, forecast: forecastDays(scopeSeries(byDay(entries), range), 93), nowMs })!;
};

describe('budgetStatus', () => {
  it('says what is spent, what is expected, and which thresholds are reached', () => {
    const nowMs = juneMs + 15 * DAY;

    const status = statusAt(
      aBudget(),
      nowMs,
      hours(nowMs, () => 1),
    );

    expect(status).toMatchObject({ actual: 360, percent: 50, unpriced: 0 });
    expect(status.forecast!.expected).toBeCloseTo(720);
    expect(status.crossed).toEqual([
      { kind: 'actual', threshold: 50 },
      { kind: 'forecast', threshold: 100 },
    ]);
  });

  it('is reached at its threshold, not beyond it, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (usd, spent) => {
        const entries = [{ startMs: juneMs, labels: {}, quantity: 1, cost: spent }];
        const { crossed, percent } = budgetStatus(aBudget({ usd, thresholds: [100] }), {
          entries,
          forecast: { kind: 'tooLittleHistory', haveDays: 1, needDays: 14 },
          nowMs: juneMs + DAY,
        })!;

        expect(crossed.length === 1).toBe(spent >= usd);
        expect(percent).toBeCloseTo((spent / usd) * 100);
      }),
    );
  });

  it('burns at the rates of the workbook, in both windows or not at all', () => {
    const nowMs = juneMs + 10 * DAY;
    const burning = (perHour: number, lastHours: number, endedHours = 0) =>
      statusAt(
        aBudget(),
        nowMs,
        hours(nowMs, (atMs) => (atMs >= nowMs - lastHours * HOUR && atMs < nowMs - endedHours * HOUR ? perHour : 0.5)),
      )
        .burns.filter(({ isBurning }) => isBurning)
        .map(({ factor }) => factor);

    expect(burning(14.4, 1)).toEqual([14.4]);
    expect(burning(14.4, 2, 1)).toEqual([]); // it is over
    expect(burning(6, 6)).toEqual([6]);
    expect(burning(3, 24)).toEqual([3, 1]);
    expect(burning(1, 72)).toEqual([]); // exactly on budget
  });

  it('has no burn rates for days, and no status outside its fixed days', () => {
    const fixed = aBudget({ period: { from: '2026-06-02', to: '2026-06-03' } });

    expect(statusAt(aBudget({ period: 'day' }), juneMs + HOUR, []).burns).toEqual([]);
    expect(statusAt(fixed, juneMs, [])).toBeUndefined();
    expect(statusAt(fixed, juneMs + DAY, []).period).toEqual({ fromMs: juneMs + DAY, toMs: juneMs + 3 * DAY });
    expect(statusAt(fixed, juneMs + 3 * DAY, [])).toBeUndefined();
  });

  it('says why there is no forecast, and counts what has no price', () => {
    const entries: CostEntry[] = [{ startMs: juneMs, labels: {}, quantity: 1, cost: null, missing: 'price of x' }];

    expect(statusAt(aBudget(), juneMs + DAY, entries)).toMatchObject({
      forecast: null,
      forecastPercent: null,
      whyNoForecast: '0 days of history are too few: 14 are needed',
      unpriced: 1,
      actual: 0,
    });
  });
});

describe('budgets', () => {
  const ports = (configured: Record<string, Budget> = {}) => ({
    documents: memoryDocumentStore(),
    configured: async () => configured,
  });

  it('are made, changed with their version only, and taken out', async () => {
    const all = ports();
    const input = { usd: 100, scope: { team: 'search' }, period: 'week' };

    const made = await putBudget(all)(principal(), 'search-week', input);
    const changed = await putBudget(all)(principal(), 'search-week', { ...input, usd: 200 }, made.version);

    expect(changed).toMatchObject({
      name: 'search-week',
      source: 'api',
      budget: { usd: 200, thresholds: [50, 75, 90, 100] },
    });
    await expect(putBudget(all)(principal(), 'search-week', input)).rejects.toMatchObject({ code: 'conflict' });
    await expect(putBudget(all)(principal(), 'search-week', input, made.version)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(deleteBudget(all)(principal(), 'search-week', made.version)).rejects.toMatchObject({
      code: 'conflict',
    });
    await deleteBudget(all)(principal(), 'search-week', changed.version);
    await expect(getBudget(all)(principal(), 'search-week')).rejects.toMatchObject({ code: 'notFound' });
  });

  it('are changed by admins, and by a team for itself alone', async () => {
    const all = ports({ told: aBudget() });
    const bound = principal({ roles: ['writer'], teams: ['search'] });
    const put = (who: Principal, scope: object, name = 'a') => putBudget(all)(who, name, { usd: 1, scope });

    await put(bound, { team: 'search' });
    await put(principal(), {}, 'everything');

    const forbidden = { code: 'forbidden' };
    await expect(put(bound, { team: 'growth' }, 'b')).rejects.toMatchObject(forbidden);
    await expect(put(bound, {}, 'b')).rejects.toMatchObject(forbidden);
    await expect(put(bound, { team: 'search' }, 'everything')).rejects.toMatchObject(forbidden);
    await expect(put(principal({ roles: ['writer'] }), {}, 'b')).rejects.toMatchObject(forbidden);
    await expect(put(principal({ roles: ['reader'], teams: ['search'] }), { team: 'search' })).rejects.toMatchObject(
      forbidden,
    );
    await expect(put(principal(), {}, 'told')).rejects.toMatchObject({ code: 'conflict' });
    expect((await listBudgets(all)(bound)).map(({ name }) => name)).toEqual(['a']);
    expect((await listBudgets(all)(principal())).map(({ name }) => name)).toEqual(['a', 'everything', 'told']);
  });

  it('name what is wrong with them', async () => {
    const put = putBudget(ports())(principal(), '../x', { usd: -1, scope: { teem: 'a' }, timeZone: 'Mars' });

    const paths = await put.catch(({ problems }) => problems.map(({ path }: { path: string }) => path));

    expect(paths).toEqual(['', '/usd', expect.stringMatching('^/scope'), '/timeZone']);
  });

  it('stand as what the caller may see of the ledger', async () => {
    const nowMs = juneMs + 5 * DAY;
    const ledger = ledgerOf([...hours(nowMs, () => 1), ...hours(nowMs, () => 2, 'growth')]);
    const all = { ...ports({ all: aBudget(), search: aBudget({ scope: { team: 'search' } }) }), ledger };

    const forAdmin = await budgetStatuses(all)(principal(), nowMs);
    const forSearch = await budgetStatuses(all)(principal({ teams: ['search'] }), nowMs);

    expect(forAdmin.map(({ name, status }) => [name, status!.actual])).toEqual([
      ['all', 360],
      ['search', 120],
    ]);
    expect(forSearch.map(({ name, status }) => [name, status!.actual])).toEqual([['search', 120]]);
  });

  it('are told of once for each period and threshold, and of a burn rate until it ends', async () => {
    const told: Notice[] = [];
    let entries: CostEntry[] = [];
    const evaluate = evaluateBudgets(
      {
        ...ports({ month: aBudget({ thresholds: [50], forecastThresholds: [] }) }),
        ledger: { entries: (query) => ledgerOf(entries).entries(query) },
        notices: memoryNoticeStore(),
        notifier: {
          tell: async (notice) => {
            told.push(notice);
          },
        },
      },
      { runbookUrl: 'docs/runbook.md' },
    );
    const at = async (nowMs: number, costAt: (atMs: number) => number) => {
      entries = hours(nowMs, costAt);
      await evaluate(nowMs);
      return told.splice(0).map(({ id, state }) => `${id.split('/').at(-1)} ${state}`);
    };

    expect(await at(juneMs + 14 * DAY, () => 1)).toEqual([]);
    expect(await at(juneMs + 15 * DAY, () => 1)).toEqual(['actual-50 firing']);
    expect(await at(juneMs + 15 * DAY, () => 0.5)).toEqual([]); // corrected downwards
    expect(await at(juneMs + 16 * DAY, () => 1)).toEqual([]); // and reached again
    const spikeAt = juneMs + 17 * DAY - HOUR;
    expect(await at(juneMs + 17 * DAY, (atMs) => (atMs === spikeAt ? 20 : 1))).toEqual(['burn-14.4 firing']);
    expect(await at(juneMs + 18 * DAY, (atMs) => (atMs === spikeAt ? 20 : 0.9))).toEqual(['burn-14.4 resolved']);
    expect(await at(Date.UTC(2026, 6, 10), () => 0.95)).toEqual([]); // July: nothing is said of June's end
    expect(await at(Date.UTC(2026, 6, 17), () => 0.95)).toEqual(['actual-50 firing']);
  });
});
