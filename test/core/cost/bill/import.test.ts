import { describe, expect, it } from 'vitest';
import { billLines, listBills } from '../../../../core/cost/bill/store.ts';
import { billWorld, csvOf, curRow, focusRow, type Row } from './world.ts';

const onDay = (day: number, more: Row = {}) =>
  focusRow({ ChargePeriodStart: `2026-03-0${day} 10:00:00`, ChargePeriodEnd: null, ...more });

const linesOn = async ({ ports }: ReturnType<typeof billWorld>, day: string) => {
  const found = [];
  for await (const line of billLines(ports, day, await listBills(ports))) found.push(line);
  return found;
};
const billedOn = async (world: ReturnType<typeof billWorld>, day: string) =>
  (await linesOn(world, day)).reduce((sum, { billedCost }) => sum + billedCost, 0);

describe('importing a bill', () => {
  it('sums lines of a day that differ in nothing but their hour', async () => {
    const world = billWorld();
    const hour = (h: number, more: Row = {}) =>
      focusRow({ ChargePeriodStart: `2026-03-05 0${h}:00:00`, ChargePeriodEnd: null, ...more });

    await world.import(csvOf([hour(1), hour(2), hour(3, { ListCost: null }), hour(4, { ResourceId: 'other' })]));

    const lines = await linesOn(world, '2026-03-05');
    expect(
      lines.map(({ resource, rows, quantity, billedCost, listCost }) => [
        resource,
        rows,
        quantity,
        billedCost,
        listCost,
      ]),
    ).toEqual([
      ['i-0abc', 3, 6, 4.5, 5.5], // one of three says no list price: it is taken to have charged it
      ['other', 1, 2, 1.5, 2],
    ]);
    expect(lines[0]).toMatchObject({
      startMs: Date.UTC(2026, 2, 5),
      billingAccount: '111122223333',
      billingPeriod: '2026-03',
      tags: { team: 'search', application: 'answers' },
    });
  });

  it('of the same files again changes nothing', async () => {
    const world = billWorld();
    const text = csvOf([onDay(1), onDay(2), onDay(2, { BilledCost: 0.1, BillingCurrency: 'EUR' })]);
    const first = await world.import(text);
    const before = await world.kept();

    const again = await world.import(text, { nowMs: Date.UTC(2026, 6, 1) });

    expect(await world.kept()).toEqual(before);
    expect([first.bills[0]!.kind, again.bills[0]!.kind]).toEqual(['new', 'unchanged']);
    expect(again.bills[0]!.changedMonths).toEqual([]);
  });

  it('that was restated replaces the month, and leaves nothing of what was', async () => {
    const world = billWorld();
    await world.import(csvOf([onDay(1), onDay(2)]));

    const { bills } = await world.import(csvOf([onDay(1), onDay(2, { BilledCost: 9 }), onDay(3)]));

    expect(bills).toMatchObject([
      {
        kind: 'replaced',
        days: 3,
        before: { days: 2, totals: { USD: { billed: 3 } } },
        totals: { USD: { billed: 12 } },
      },
    ]);
    expect(await Promise.all(['01', '02', '03'].map((day) => billedOn(world, `2026-03-${day}`)))).toEqual([
      1.5, 9, 1.5,
    ]);
    expect(Object.keys(await world.kept())).toHaveLength(4); // three days and the manifest
  });

  it('is refused when days would be lost, and changes nothing', async () => {
    const world = billWorld();
    await world.import(csvOf([onDay(1), onDay(2), onDay(3)]));
    const before = await world.kept();

    await expect(world.import(csvOf([onDay(3), onDay(4)]))).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringContaining('2026-03 of AWS 111122223333 lacks 2 days that are there (2026-03-01'),
    });

    expect(await world.kept()).toEqual(before);
  });

  it('adds days, or replaces the whole, when it is told so', async () => {
    const world = billWorld();
    await world.import(csvOf([onDay(1), onDay(2)]));

    const added = await world.import(csvOf([onDay(2, { BilledCost: 5 }), onDay(3)]), { mode: 'add' });
    expect(await Promise.all(['01', '02', '03'].map((day) => billedOn(world, `2026-03-${day}`)))).toEqual([
      1.5, 5, 1.5,
    ]);

    const replaced = await world.import(csvOf([onDay(3)]), { mode: 'replace' });
    expect(replaced.bills[0]).toMatchObject({ kind: 'replaced', removedDays: ['2026-03-01', '2026-03-02'] });
    expect(added.bills[0]).toMatchObject({ kind: 'added', removedDays: [] });
    expect(await billedOn(world, '2026-03-01')).toBe(0);
  });

  it('keeps bills of other providers, accounts and months apart', async () => {
    const world = billWorld();
    const others: Row[] = [
      { ProviderName: 'Oracle' },
      { BillingAccountId: '/x/y' },
      { BillingPeriodStart: '2026-04-01' },
    ];
    await world.import(csvOf([onDay(1), ...others.map((more) => onDay(1, more))]));
    expect(await listBills(world.ports)).toHaveLength(4);

    await world.import(csvOf([onDay(1, { BilledCost: 0.5 })]));

    expect(await billedOn(world, '2026-03-01')).toBe(0.5 + 3 * 1.5);
  });

  it('takes FOCUS and CUR of one account and month for one bill, which counts once', async () => {
    const world = billWorld();
    await world.import(csvOf([onDay(5)]));

    const { bills } = await world.import(csvOf([curRow()]), { format: 'cur' });

    expect(bills[0]!.kind).toBe('replaced');
    expect(await billedOn(world, '2026-03-05')).toBe(1.26);
  });

  it('takes several files for one bill', async () => {
    const world = billWorld();

    const report = await world.import([csvOf([onDay(1)]), csvOf([onDay(1), onDay(2)])]);

    expect(report).toMatchObject({ rows: 3, bills: [{ days: 2, rows: 3 }] });
  });

  it('counts a line once that a file has twice, and keeps lines that only look alike', async () => {
    const world = billWorld();
    const cur = await world.import(
      csvOf([curRow(), curRow(), curRow({ line_item_unblended_cost: 2 }), curRow({ identity_line_item_id: 'b' })]),
      { format: 'cur' },
    );
    const focus = await billWorld().import(csvOf([focusRow(), focusRow()]));
    const withId = await billWorld().import(csvOf([focusRow({ Id: 1 }), focusRow({ Id: 1 }), focusRow({ Id: 2 })]));

    expect(cur).toMatchObject({ rows: 4, repeated: 1, bills: [{ rows: 3 }] });
    expect(focus).toMatchObject({ rows: 2, repeated: 0, bills: [{ rows: 2 }] });
    expect(withId).toMatchObject({ rows: 3, repeated: 1 });
  });

  it('leaves out what is wrong, says where, and keeps the rest', async () => {
    const world = billWorld();
    const good = csvOf([onDay(1), onDay(2, { BilledCost: 'x' }), onDay(3)]);

    const report = await world.import(`${good}NULL,"1111`);

    expect(report).toMatchObject({ rows: 4, rejected: 2, bills: [{ rows: 2, days: 2 }] });
    expect(report.problems).toEqual([
      { file: 'part-0.csv', row: 3, column: 'BilledCost', message: 'is no number', value: 'x' },
      { file: 'part-0.csv', row: 5, column: '', message: 'a quote is opened and not closed', value: 'NULL,"1111' },
    ]);
  });

  it('says that a line is cut off by its number of values', async () => {
    const report = await billWorld().import(`${csvOf([onDay(1)])}1.5,"111122223333"`);

    expect(report.problems).toMatchObject([{ row: 3, message: expect.stringMatching(/has 2 values .* 20.*cut off/) }]);
  });

  it('shows the first twenty problems and counts all', async () => {
    const bad = Array.from({ length: 30 }, () => onDay(1, { BilledCost: 'x' }));

    const report = await billWorld().import(csvOf([...bad, onDay(1)]));

    expect([report.rejected, report.problems.length]).toEqual([30, 20]);
  });

  it('keeps currencies apart in its totals', async () => {
    const { bills } = await billWorld().import(csvOf([onDay(1), onDay(1, { BillingCurrency: 'eur', BilledCost: 3 })]));

    expect(bills[0]!.totals).toEqual({
      USD: { billed: 1.5, effective: 1.25 },
      EUR: { billed: 3, effective: 1.25 },
    });
  });

  it('refuses a file that is none of the format, or holds nothing', async () => {
    await expect(billWorld().import('a,b\n1,2\n')).rejects.toMatchObject({ code: 'invalidInput' });
    await expect(billWorld().import(csvOf([focusRow()]), { format: 'cur' })).rejects.toThrow(
      /line_item_usage_start_date/,
    );
    await expect(billWorld().import(csvOf([focusRow()]).split('\n')[0]!)).rejects.toThrow(/no row/);
  });

  it('sums the same when lines do not fit into memory', async () => {
    const world = billWorld();
    const rows = Array.from({ length: 90_000 }, (_, i) => onDay((i % 3) + 1, { ResourceId: `r-${i % 45_000}` }));

    const { bills } = await world.import(csvOf(rows));

    expect(bills[0]).toMatchObject({ rows: 90_000, totals: { USD: { billed: 135_000 } } });
    const lines = await linesOn(world, '2026-03-02');
    expect(lines.reduce((sum, { rows: n }) => sum + n, 0)).toBe(30_000);
    expect(new Set(lines.map(({ resource }) => resource)).size).toBe(lines.length);
  });
});
