import { type Command, Option } from 'commander';
import type { QueryAnswer, QuerySeries } from '../../core/usecases/query.ts';
import { httpClient } from './client.ts';
import { collect, urlOption } from './options.ts';
import { sparkline } from './sparkline.ts';
import { shortNumber, table } from './table.ts';

interface QueryOptions {
  url: string;
  stat?: string;
  groupBy?: string;
  filter?: string[];
  from: string;
  to: string;
  step?: string;
  tz?: string;
  limit?: string;
  order?: string;
  csv?: true;
  json?: true;
}

const SPARKLINE_WIDTH = 40;

export const addQuery = (program: Command): Command =>
  program
    .command('query')
    .summary('ask for a metric')
    .description('Ask for a metric and show, for each series, its last, least and greatest value and its course.')
    .argument(
      '<metric>',
      'its name, for example inference.latency; GET /v1/catalog lists all with units and dimensions',
    )
    .addOption(urlOption())
    .option(
      '--stat <stats>',
      'count sum rate min max avg last p50 p95 p99 p<N> ratio; several with commas (default: by metric)',
    )
    .option('--group-by <dimensions>', 'a series for each value of these, with commas')
    .option(
      '--filter <filter>',
      'name:v1,v2 is one of; name!:v is not; name~:glob* is like; repeat it for "and"',
      collect,
    )
    .option('--from <time>', 'ISO 8601, epoch milliseconds, or now-90m, now-24h, now-7d', 'now-24h')
    .option('--to <time>', 'the same', 'now')
    .option('--step <length>', '1m to 1d, or all = one value over the whole range (default: by range)')
    .option('--tz <zone>', 'whose days a step of 1d has, for example Europe/Berlin (default: UTC)')
    .option('--limit <number>', 'only so many series, those with the greatest first stat over the range')
    .addOption(
      new Option('--order <order>', 'greatest or least series first, by the first stat over the range').choices([
        'desc',
        'asc',
      ]),
    )
    .addOption(new Option('--csv', 'the answer as CSV').conflicts('json'))
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter query inference.latency --stat p50,p95 --group-by model --from now-3h
  modelmeter query inference.tokens --stat sum --group-by client --limit 20 --step all
  modelmeter query inference.errorRatio --group-by deployment --filter team:search --csv > errors.csv`,
    )
    .action(async (metric: string, options: QueryOptions) => {
      const client = httpClient({ url: options.url });
      const path = `/v1/query?${parameters(metric, options)}`;
      const response = await client.get(path, { accept: options.csv ? 'text/csv' : 'application/json' });
      if (options.csv || options.json) {
        for await (const chunk of response.body ?? []) process.stdout.write(chunk);
        if (options.json) process.stdout.write('\n');
      } else console.log(render((await response.json()) as QueryAnswer));
    });

const PARAMETERS = ['stat', 'groupBy', 'from', 'to', 'step', 'tz', 'limit', 'order'] as const;

const parameters = (metric: string, options: QueryOptions): URLSearchParams => {
  const query = new URLSearchParams({ metric });
  for (const name of PARAMETERS) if (options[name] !== undefined) query.set(name, options[name]);
  for (const filter of options.filter ?? []) query.append('filter', filter);
  return query;
};

/** An answer as a table; exported for tests. */
export const render = ({ metric, unit, from, to, step_s, note, series }: QueryAnswer): string => {
  const isOnePoint = step_s === 0;
  const range = `, from ${minute(from)} to ${minute(to)} UTC`;
  const step = isOnePoint ? '' : `, steps of ${duration(step_s)}`;
  const labels = Object.keys(series[0]?.labels ?? {});
  const lines = [`${metric} [${unit}]${range}${step}`];
  if (note) lines.push(`note: ${note}`);
  if (series.length === 0) return lines.concat('no series').join('\n');
  const header = [...labels, 'stat', ...(isOnePoint ? ['value'] : ['last', 'min', 'max', 'course'])];
  const rows = series.map((one) => rowOf(one, labels, isOnePoint));
  return lines.concat('', table(header, rows, new Set(['value', 'last', 'min', 'max']))).join('\n');
};

const rowOf = ({ labels, stat, points }: QuerySeries, names: readonly string[], isOnePoint: boolean): string[] => {
  const values = points.map(([, value]) => value);
  const known = values.filter((value) => value !== null);
  const start = [...names.map((name) => labels[name] || '(none)'), stat];
  if (isOnePoint) return [...start, shortNumber(values[0] ?? null)];
  const extreme = (of: (a: number, b: number) => number) =>
    known.length === 0 ? null : known.reduce((a, b) => of(a, b));
  const numbers = [known.at(-1) ?? null, extreme(Math.min), extreme(Math.max)];
  return [...start, ...numbers.map(shortNumber), sparkline(values, SPARKLINE_WIDTH)];
};

const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

const duration = (seconds: number): string => {
  const [amount, unit] =
    seconds % 86_400 === 0
      ? [seconds / 86_400, 'd']
      : seconds % 3600 === 0
        ? [seconds / 3600, 'h']
        : [seconds / 60, 'min'];
  return `${amount} ${unit}`;
};
