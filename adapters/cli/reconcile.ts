import { type Command, Option } from 'commander';
import { PART_NAMES, PARTS, type Part, type Parts } from '../../core/cost/reconcile/parts.ts';
import type { ReconciledTotal } from '../../core/cost/reconcile/reconcile.ts';
import type { ReconciliationAnswer } from '../../core/usecases/reconcileCosts.ts';
import { httpClient } from './client.ts';
import { urlOption } from './options.ts';
import { table } from './table.ts';

interface ReconcileOptions {
  url: string;
  from: string;
  to: string;
  csv?: true;
  json?: true;
}

export const addReconcile = (program: Command): Command =>
  program
    .command('reconcile')
    .summary('compare the estimate with the bill')
    .description(
      'Show what was estimated beside what was billed, by day and service, what the difference is made of, and how much of ' +
        'the bill telemetry explains.',
    )
    .addOption(urlOption())
    .option('--from <time>', 'ISO 8601, epoch milliseconds, or now-30d', 'now-30d')
    .option('--to <time>', 'the same', 'now')
    .addOption(new Option('--csv', 'the answer as CSV').conflicts('json'))
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter reconcile --from 2026-03-01 --to 2026-04-01
  modelmeter reconcile --from now-90d --csv > gap.csv`,
    )
    .action(async ({ url, from, to, csv, json }: ReconcileOptions) => {
      const path = `/v1/reconciliation?${new URLSearchParams({ from, to })}`;
      const response = await httpClient({ url }).get(path, { accept: csv ? 'text/csv' : 'application/json' });
      if (csv || json) {
        for await (const chunk of response.body ?? []) process.stdout.write(chunk);
        if (json) process.stdout.write('\n');
      } else console.log(renderReconciliation((await response.json()) as ReconciliationAnswer));
    });

/** Days and services, coverage by service, and the summary below; parts that are nowhere a cent are left out. */
export const renderReconciliation = ({ from, to, days, total, coverage, leftOut }: ReconciliationAnswer): string => {
  const range = `${dayOf(from)} to ${dayOf(to - 1)} (UTC), US dollars`;
  if (days.length === 0) return [range, 'neither an estimate nor a bill', ...others(leftOut)].join('\n');
  const shown = PART_NAMES.filter((name) => days.some(({ parts }) => isCent(parts[name])));
  const columns = ['billed', 'estimated', ...shown.map((name) => PARTS[name].label)];
  const rows = days.map((row) => [
    row.day + (row.isClosed ? '' : ' *'),
    row.service,
    money(row.billed),
    money(row.estimated),
    ...shown.map((name) => (isCent(row.parts[name]) ? money(row.parts[name]) : '')),
  ]);
  const meter = coverage.map((one) => [
    one.service,
    money(one.billed),
    percent(one.meteredRatio),
    percent(one.explainedRatio),
  ]);
  return [
    range,
    '',
    table(['day', 'service', ...columns], rows, new Set(columns)),
    ...(days.every(({ isClosed }) => isClosed) ? [] : ['* the bill of this day is not complete yet']),
    '',
    ...(meter.length === 0 ? [] : [table(COVERAGE, meter, new Set(COVERAGE.slice(1))), '']),
    summary(total),
    ...others(leftOut),
  ].join('\n');
};

const COVERAGE = ['coverage of usage', 'billed', 'metered', 'explained'];

/** `billed $96.00, estimated $100.00: discount −$5.00, missing usage +$1.00; unexplained $0.00 (0.0 % of the bill)`. */
const summary = ({ billed, estimated, parts }: ReconciledTotal): string => {
  const named = largest(parts).map((name) => `${PARTS[name].label} ${signed(parts[name])}`);
  const share = billed === 0 ? 0 : Math.abs(parts.unexplained / billed);
  const rest = `unexplained ${dollars(parts.unexplained)} (${percent(share)} of the bill)`;
  return `billed ${dollars(billed)}, estimated ${dollars(estimated)}: ${[...named, rest].join(', ')}`;
};

const largest = (parts: Parts): Part[] =>
  PART_NAMES.filter((name) => name !== 'unexplained' && isCent(parts[name])).sort(
    (a, b) => Math.abs(parts[b]) - Math.abs(parts[a]),
  );

const others = (leftOut: ReconciliationAnswer['leftOut']): string[] =>
  leftOut.map(({ currency, billed }) => `not compared: ${money(billed)} ${currency} of the bill`);

const isCent = (value: number): boolean => Math.abs(value) >= 0.005;
const money = (value: number): string =>
  (isCent(value) ? value : 0).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const dollars = (value: number): string => (value <= -0.005 ? `−$${money(-value)}` : `$${money(value)}`);
const signed = (value: number): string => (value > 0 ? `+${dollars(value)}` : dollars(value));
const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
