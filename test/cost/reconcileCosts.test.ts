import { describe, expect, it } from 'vitest';
import { renderReconciliation } from '../../adapters/cli/reconcile.ts';
import type { Basis, CostEntry } from '../../core/cost/entry.ts';
import type { Principal } from '../../core/ports.ts';
import { RECONCILIATION_COLUMNS, reconcileCosts, reconciliationRows } from '../../core/usecases/reconcileCosts.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 8, 12);
const READER: Principal = { id: 'r', roles: ['reader'], teams: [] };

const entry = (day: number, cost: number, service = 'Amazon Bedrock'): CostEntry => ({
  startMs: Date.UTC(2026, 2, day),
  labels: { service, item: 'inputTokens' },
  quantity: 1000,
  cost,
});

/** A ledger that remembers what it was asked. */
const ledgerOf = (entries: Record<Basis, CostEntry[]>) => {
  const asked: { basis: Basis; fromMs: number; toMs: number }[] = [];
  return {
    asked,
    entries: async (query: (typeof asked)[number]) => {
      asked.push(query);
      return entries[query.basis].filter(({ startMs }) => startMs >= query.fromMs && startMs < query.toMs);
    },
  };
};

const DAYS = [1, 2, 3, 4, 5, 6];
const LEDGER = {
  estimated: DAYS.map((day) => entry(day, 100)),
  billed: [...DAYS.slice(0, 5).map((day) => entry(day, 80)), entry(2, 1234.5, 'Amazon OpenSearch Service')],
};
const ask = (params: Record<string, string>, principal = READER, ledger = ledgerOf(LEDGER)) =>
  reconcileCosts({ ledger })(principal, new URLSearchParams(params), NOW);

describe('reconcileCosts', () => {
  it('answers whole days, and looks at those around them', async () => {
    const ledger = ledgerOf(LEDGER);

    const { from, to, days } = await ask({ from: '2026-03-02T05:00', to: '2026-03-03T05:00' }, READER, ledger);

    expect([from, to]).toEqual([Date.UTC(2026, 2, 2), Date.UTC(2026, 2, 4)]);
    expect(days.map(({ day, service }) => `${day} ${service}`)).toEqual([
      '2026-03-02 Amazon Bedrock',
      '2026-03-02 Amazon OpenSearch Service',
      '2026-03-03 Amazon Bedrock',
    ]);
    const around = { fromMs: from - 14 * DAY, toMs: to + 3 * DAY };
    expect(ledger.asked).toEqual([
      { basis: 'estimated', ...around },
      { basis: 'billed', ...around },
    ]);
  });

  it.each([
    [{ from: 'yesterday' }, 'from'],
    [{ from: 'now', to: 'now-3d' }, 'from'],
    [{ from: 'now-500d' }, 'from'],
    [{ groupBy: 'team' }, 'groupBy'],
  ])('refuses %j', async (params, path) => {
    await expect(ask(params as Record<string, string>)).rejects.toMatchObject({
      code: 'invalidInput',
      problems: [{ path }],
    });
  });

  it.each<[string, Principal]>([
    ['writers', { id: 'w', roles: ['writer'], teams: [] }],
    ['callers bound to a team', { ...READER, teams: ['search'] }],
  ])('is not for %s', async (_who, principal) => {
    await expect(ask({}, principal)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('has a row for each day and service with every column', async () => {
    const rows = reconciliationRows(await ask({ from: '2026-03-01' }));

    expect(Object.keys(rows[0]!).sort()).toEqual([...RECONCILIATION_COLUMNS].sort());
    expect(rows[0]).toMatchObject({
      day: '2026-03-01',
      billed: 80,
      estimated: 100,
      difference: -20,
      discount: expect.closeTo(-20, 9),
    });
  });
});

describe('modelmeter reconcile', () => {
  it('shows days, coverage and what the difference is', async () => {
    const text = renderReconciliation(await ask({ from: '2026-03-01' }));

    expect(text).toBe(
      `
2026-03-01 to 2026-03-08 (UTC), US dollars

day           service                      billed  estimated  unmetered  unbilled  discount
2026-03-01    Amazon Bedrock                80.00     100.00                         -20.00
2026-03-02    Amazon Bedrock                80.00     100.00                         -20.00
2026-03-02    Amazon OpenSearch Service  1,234.50       0.00   1,234.50
2026-03-03    Amazon Bedrock                80.00     100.00                         -20.00
2026-03-04    Amazon Bedrock                80.00     100.00                         -20.00
2026-03-05    Amazon Bedrock                80.00     100.00                         -20.00
2026-03-06 *  Amazon Bedrock                 0.00     100.00              -100.00
* the bill of this day is not complete yet

coverage of usage            billed  metered  explained
Amazon OpenSearch Service  1,234.50    0.0 %    100.0 %
Amazon Bedrock               400.00  100.0 %    100.0 %

billed $1,634.50, estimated $600.00: unmetered +$1,234.50, unbilled −$100.00, discount −$100.00, unexplained $0.00 (0.0 % of the bill)
`.trim(),
    );
  });

  it('says so when there is nothing', async () => {
    const text = renderReconciliation(await ask({}, READER, ledgerOf({ estimated: [], billed: [] })));

    expect(text).toBe('2026-02-06 to 2026-03-08 (UTC), US dollars\nneither an estimate nor a bill');
  });
});
