import { CHOICES } from './chosen.ts';
import type { Athena } from './panel.ts';

/** Partitions are days: without this a query reads, and bills, everything there is. */
const DAYS = `day BETWEEN '\${__from:date:YYYY-MM-DD}' AND '\${__to:date:YYYY-MM-DD}'`;

/** The values that are chosen, as texts of SQL; of `All` what grafana.ts gives it: the text 'All'. */
const of = (name: string) => `\${${name}:sqlstring}`;

/** A panel's question in Athena's SQL with Grafana's macros: columns `time`, `label` and `value`. */
export const athenaSql = ({ from, value, by, where, every = '5m' }: Athena): string => {
  const time = every === '1d' ? `date_trunc('day', "timestamp")` : `$__timeGroup("timestamp", '${every}')`;
  const conditions = [
    DAYS,
    '$__timeFilter("timestamp")',
    // `All` stands for whatever there is, events without a team included.
    ...CHOICES.map((name) => `('All' IN (${of(name)}) OR "${name}" IN (${of(name)}))`),
    ...(where ? [`(${where})`] : []),
  ];
  const label = by ? `coalesce(${by}, '(none)')` : undefined;
  return [
    `SELECT ${time} AS time,${label ? ` ${label} AS label,` : ''} ${value} AS value`,
    `FROM "${from}"`,
    `WHERE ${conditions.join('\n  AND ')}`,
    `GROUP BY ${label ? '1, 2' : '1'}`,
    'ORDER BY 1',
  ].join('\n');
};

/** The values of a variable that were seen in the calls of the range. */
export const valuesSql = (name: string): string =>
  `SELECT DISTINCT "${name}" FROM "inference" WHERE ${DAYS} AND "${name}" IS NOT NULL ORDER BY 1 LIMIT 500`;
