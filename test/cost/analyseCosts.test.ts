import { describe, expect, it } from 'vitest';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { Budget } from '../../core/cost/budgets.ts';
import type { CostEntry } from '../../core/cost/entry.ts';
import type { Principal } from '../../core/ports.ts';
import { costAnomalies, costForecast, costOverview } from '../../core/usecases/analyseCosts.ts';
import { unitCostsByVersion } from '../../core/usecases/unitCosts.ts';
import { ledgerOf } from './ledgerWorld.ts';
import { syntheticLedger } from './syntheticLedger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const nowMs = Date.UTC(2026, 5, 15, 9, 10);
const toMs = Date.UTC(2026, 5, 15, 9);
const principal = (more: Partial<Principal> = {}): Principal => ({ id: 'ada', roles: ['reader'], teams: [], ...more });
const spike = {
  deployment: 'chat-gateway',
  team: 'growth',
  client: 'growth-app-01',
  factor: 6,
  fromMs: toMs - 44 * HOUR,
  toMs: toMs - 39 * HOUR,
};
const unpriced: CostEntry = {
  startMs: toMs - HOUR,
  labels: { team: 'growth', model: 'new', item: 'inputTokens' },
  quantity: 500,
  cost: null,
  missing: 'price of new',
};
const hourly = [...syntheticLedger({ seed: 1, toMs, days: 35, spike }), unpriced];
const ports = {
  ledger: ledgerOf(hourly),
  documents: memoryDocumentStore(),
  configured: async () => ({
    growth: Budget.parse({ usd: 10, scope: { team: 'growth' } }),
    all: Budget.parse({ usd: 1e6 }),
  }),
};
const sumOf = (fromMs: number, team?: string) =>
  hourly
    .filter(({ startMs, labels }) => startMs >= fromMs && (team === undefined || labels.team === team))
    .reduce((sum, { cost }) => sum + (cost ?? 0), 0);

describe('costOverview', () => {
  it('is one answer that holds together', async () => {
    const { today, month, forecast, movers, anomalies, budgets, unpriced } = await costOverview(ports)(
      principal(),
      nowMs,
    );

    expect(today.soFar).toBeCloseTo(sumOf(Date.UTC(2026, 5, 15)));
    expect(today.lastWeek).toBeGreaterThan(0);
    expect(month.soFar).toBeCloseTo(sumOf(Date.UTC(2026, 5, 1)));
    expect(month.end!.expected).toBeGreaterThan(month.soFar);
    expect(forecast).toMatchObject({ kind: 'forecast' });
    expect(movers.top[0]).toMatchObject({ labels: { deployment: 'chat-gateway', team: 'growth' }, main: 'volume' });
    expect(anomalies.anomalies[0]!.drivers[0]!.labels.client).toBe('growth-app-01');
    expect(budgets.map(({ name, status }) => [name, status!.crossed.length > 0])).toEqual([
      ['all', false],
      ['growth', true],
    ]);
    expect(unpriced).toEqual([
      { labels: { model: 'new', item: 'inputTokens' }, quantity: 500, missing: 'price of new' },
    ]);
  });

  it('is of the caller’s teams alone', async () => {
    const { month, movers, anomalies, budgets, unpriced } = await costOverview(ports)(
      principal({ teams: ['search'] }),
      nowMs,
    );

    expect(month.soFar).toBeCloseTo(sumOf(Date.UTC(2026, 5, 1), 'search'));
    expect(movers.top.every(({ labels }) => labels.team === 'search')).toBe(true);
    expect(anomalies.anomalies).toEqual([]);
    expect([budgets, unpriced]).toEqual([[], []]);
  });

  it('says what it does not know of an empty ledger', async () => {
    const overview = await costOverview({ ...ports, ledger: ledgerOf([]), configured: async () => ({}) })(
      principal(),
      nowMs,
    );

    expect(overview).toMatchObject({
      today: { soFar: 0, lastWeek: null },
      month: { soFar: 0, end: null },
      forecast: { kind: 'tooLittleHistory' },
      anomalies: { anomalies: [] },
    });
  });

  it('needs a role', async () => {
    await expect(costOverview(ports)(principal({ roles: [] }), nowMs)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(costAnomalies(ports)(principal({ roles: [] }), {}, nowMs)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('costForecast', () => {
  it('is of a scope, a client too', async () => {
    const of = (scope: object) => costForecast(ports)(principal(), { scope }, nowMs);

    const [all, client, nobody] = [await of({}), await of({ client: 'growth-app-01' }), await of({ client: 'x' })];

    expect(client.month.soFar).toBeGreaterThan(0);
    expect(client.month.soFar).toBeLessThan(all.month.soFar);
    expect(client.forecast.kind).toBe('forecast');
    expect(nobody).toMatchObject({ forecast: { kind: 'tooLittleHistory' }, month: { soFar: 0, end: null } });
  });
});

describe('unitCostsByVersion', () => {
  it('divides each week’s costs by what was done, with a trend', async () => {
    const usage = {
      usage: async () => [
        { labels: { deployment: 'answers', team: 'search' }, usage: { requests: 100, latencyMs: 100 } },
        { labels: { deployment: 'answers', team: 'growth' }, usage: { requests: 300, latencyMs: 300 } },
      ],
    };
    const unit = unitCostsByVersion({ ledger: ports.ledger, usage });
    const weekUsd = (team?: string) =>
      hourly
        .filter(({ startMs }) => startMs >= Date.UTC(2026, 5, 8) && startMs < Date.UTC(2026, 5, 8) + 7 * DAY)
        .filter(({ labels }) => labels.deployment === 'answers' && (team === undefined || labels.team === team))
        .reduce((sum, { cost }) => sum + cost!, 0);

    const answers = (await unit(principal(), nowMs)).find(({ deployment }) => deployment === 'answers')!;
    const ours = (await unit(principal({ teams: ['search'] }), nowMs)).find(
      ({ deployment }) => deployment === 'answers',
    )!;

    expect(answers.costs.inference.value).toBeCloseTo(weekUsd() / 400);
    expect(answers.costs.latencyCost.value).toBeCloseTo((weekUsd() / 400) * 0.25 * 1000);
    expect(answers.trends.inference!.direction).not.toBe('unknown');
    expect(ours.costs.inference.value).toBeCloseTo(weekUsd('search') / 100);
  });
});
