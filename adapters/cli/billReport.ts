import type { BillOutcome, BillReport } from '../../core/cost/bill/report.ts';
import type { Totals } from '../../core/cost/bill/store.ts';
import { table } from './table.ts';

const count = (n: number) => n.toLocaleString('en');
const money = (amount: number) => amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** How an import of bills went, for people: a table by bill and currency, then what was left out and why. */
export const billReportText = (report: BillReport): string => {
  const { rows, repeated, rejected, bills, ignoredColumns } = report;
  const parts = [`${count(rows - rejected - repeated)} rows imported`, `${count(rejected)} left out`];
  if (repeated > 0) parts.push(`${count(repeated)} there twice and counted once`);
  return [
    billTable(bills),
    '',
    parts.join(', '),
    ...bills.flatMap(lossOf),
    ...problemLines(report),
    ...(ignoredColumns.length > 0 ? [`columns without a use: ${ignoredColumns.join(', ')}`] : []),
  ].join('\n');
};

const HEADER = ['provider', 'account', 'month', 'rows', 'days', 'currency', 'billed', 'effective', 'outcome'];
const RIGHT = new Set(['rows', 'days', 'billed', 'effective']);

const billTable = (bills: readonly BillOutcome[]): string =>
  table(
    HEADER,
    bills.flatMap((bill) =>
      Object.entries(bill.totals).map(([currency, { billed, effective }]) => [
        bill.provider,
        bill.billingAccount ?? '',
        bill.billingPeriod,
        count(bill.rows),
        String(bill.days),
        currency,
        money(billed),
        money(effective),
        outcomeOf(bill),
      ]),
    ),
    RIGHT,
  );

const outcomeOf = ({ kind, before }: BillOutcome): string => {
  if (kind === 'new' || kind === 'unchanged' || !before) return kind;
  const was = `${before.days} days, ${count(before.rows)} rows, ${totalText(before.totals)}`;
  return kind === 'added' ? `added to ${was}` : `replaces ${was}`;
};

const totalText = (totals: Totals): string =>
  Object.entries(totals)
    .map(([currency, { billed }]) => `${money(billed)} ${currency}`)
    .join(' + ');

const lossOf = ({ provider, billingPeriod, removedDays }: BillOutcome): string[] =>
  removedDays.length === 0 ? [] : [`${provider} ${billingPeriod} has no more: ${removedDays.join(', ')}`];

const problemLines = ({ problems, rejected }: BillReport): string[] => {
  const lines = problems.map(
    ({ file, row, column, message, value }) =>
      `  ${file}, row ${row}${column && `, ${column}`}: ${message}${value && ` (${JSON.stringify(value)})`}`,
  );
  const told = new Set(problems.map(({ file, row }) => `${file} ${row}`)).size;
  return rejected > told ? [...lines, `  … and ${count(rejected - told)} more rows`] : lines;
};
