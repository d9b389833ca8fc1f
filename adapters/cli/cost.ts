import type { Command } from 'commander';
import type { CostOverview } from '../../core/usecases/analyseCosts.ts';
import type { CostsAnswer } from '../../core/usecases/queryCosts.ts';
import { httpClient } from './client.ts';
import { urlOption } from './options.ts';
import { sparkline } from './sparkline.ts';
import { table } from './table.ts';

interface CostOptions {
  url: string;
  by: string;
  days: string;
  json?: true;
}

const WIDTH = 30;
const MOST_ROWS = 15;

export const addCost = (program: Command): Command =>
  program
    .command('cost')
    .summary('what everything costs: today, this month, what moved')
    .description(
      'Show what was spent today and this month, what the month will come to, who spends it, what moved and why, what stands ' +
        'out, how budgets stand, and what has no price.',
    )
    .addOption(urlOption())
    .option(
      '--by <dimension>',
      'who spends it: team, project, deployment, model, client, service, region, line …',
      'team',
    )
    .option('--days <number>', 'of the table by that dimension', '30')
    .option('--json', 'the overview as JSON')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter cost
  modelmeter cost --by deployment --days 7
  curl 'http://127.0.0.1:8080/v1/costs?groupBy=team,line&from=now-30d&step=1d' -H 'accept: text/csv'`,
    )
    .action(async ({ url, by, days, json }: CostOptions) => {
      const client = httpClient({ url });
      const overview = await client.get('/v1/costs/overview', { accept: 'application/json' });
      if (json) {
        for await (const chunk of overview.body ?? []) process.stdout.write(chunk);
        process.stdout.write('\n');
        return;
      }
      const params = new URLSearchParams({ groupBy: by, from: `now-${days}d`, step: '1d', order: 'desc' });
      const costs = await client.get(`/v1/costs?${params}`, { accept: 'application/json' });
      const answers = [(await overview.json()) as CostOverview, (await costs.json()) as CostsAnswer] as const;
      console.log(renderCost(...answers, { by, days }));
    });

/** The overview and the table by one dimension, as text for a terminal. */
export const renderCost = (
  { today, month, movers, anomalies, budgets, unpriced, forecast }: CostOverview,
  costs: CostsAnswer,
  { by, days }: { by: string; days: string },
): string => {
  const end = month.end;
  const facts = [
    ['today', dollars(today.soFar), today.lastWeek === null ? '' : `same hours last week ${dollars(today.lastWeek)}`],
    ['this month', dollars(month.soFar), 'so far'],
    [
      'month’s end',
      end ? dollars(end.expected) : '–',
      end
        ? `80 % between ${dollars(end.low80)} and ${dollars(end.high80)}`
        : forecast.kind === 'tooLittleHistory'
          ? `needs ${forecast.needDays} days of history, has ${forecast.haveDays}`
          : '',
    ],
  ];
  const spenders = costs.series.slice(0, MOST_ROWS).map(({ labels, total, points, currency }) => [
    labels[by] || '(none)',
    total === null ? 'no price' : dollars(total, currency),
    total !== null && costs.total > 0 && currency === undefined ? `${((100 * total) / costs.total).toFixed(1)} %` : '',
    sparkline(
      points.map(([, cost]) => cost),
      WIDTH,
    ),
  ]);
  const sections: [title: string, lines: string[]][] = [
    [
      '',
      [
        table(['', 'USD', ''], facts, new Set(['USD']))
          .split('\n')
          .slice(1)
          .join('\n'),
      ],
    ],
    [`by ${by}, last ${days} days`, [table([by, 'USD', 'share', 'by day'], spenders, new Set(['USD', 'share']))]],
    [
      'moved most: the last 7 whole days against the 7 before',
      movers.top
        .slice(0, 5)
        .map(
          ({ labels, change, main, before, after }) =>
            `${signed(change)}  ${text(labels)}: ${dollars(before)} → ${dollars(after)}, mostly ${main}`,
        ),
    ],
    [
      'stands out',
      anomalies.anomalies.slice(0, 5).flatMap(({ scope, fromMs, toMs, expected, actual, excess, drivers }) => [
        `${signed(excess)}  ${text(scope)}, ${minute(fromMs)} to ${minute(toMs)} UTC: ${dollars(actual)} instead of ${dollars(expected)}`,
        ...drivers
          .filter(({ share }) => share > 0.02)
          .slice(0, 2)
          .map(({ labels, change, main }) => `         driven by ${text(labels)}: ${signed(change)}, mostly ${main}`),
      ]),
    ],
    [
      'budgets',
      budgets.flatMap(({ name, usd, status }) =>
        status ? [`${name}: ${dollars(status.actual)} of ${dollars(usd)} (${status.percent.toFixed(0)} %)`] : [],
      ),
    ],
    [
      'without a price, in no sum above',
      [...new Set(unpriced.map(({ labels, missing }) => `${text(labels)}: ${missing}`))].slice(0, 5),
    ],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      [...(title ? [title] : []), ...lines.map((line) => (title ? indent(line) : line))].join('\n'),
    )
    .join('\n\n');
};

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const dollars = (value: number, currency = '$'): string =>
  currency === '$' ? `${value < 0 ? '-' : ''}$${money.format(Math.abs(value))}` : `${money.format(value)} ${currency}`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}$${money.format(Math.abs(value))}`;
const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

const IDLE: Readonly<Record<string, string>> = { idleHeld: 'held and idle', idle: 'idle, held by nobody' };

/** Labels as people say them: the values alone, those that tell most first. */
const text = (labels: Readonly<Record<string, string>>): string => {
  const { deployment, client, team, model, service, line, ...rest } = labels;
  const said = [
    deployment ?? service ?? model,
    client && `client ${client}`,
    team && `team ${team}`,
    line && IDLE[line],
  ].filter(Boolean);
  return said.length > 0 ? said.join(', ') : Object.values(rest).filter(Boolean).join(', ') || 'everything';
};
