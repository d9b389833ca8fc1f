import type { Config } from '../../../core/config.ts';
import { type Alarm, OWN_ALARMS } from '../../../core/metrics/alarms.ts';
import { OWN } from '../../../core/metrics/cloudWatch.ts';
import { dashboardsOf } from '../../../dashboards/panels.ts';
import { type Line, lineOf, lineOfUnits } from './line.ts';
import { type Metered, MINUTES_PER_MONTH, monthOf } from './metered.ts';
import { priceOf, type Units } from './prices.ts';

/** Lambda watches a queue by five long polls of 20 seconds; with a maximum concurrency it never takes fewer. */
const POLLERS = 5;
const POLLS_PER_MIN = 3;
/**
 * CloudWatch bills a custom metric for the hours in which it is sent. The others, rejected items and failures of scheduled
 * work, are sent when there are any.
 */
const SENT_ALWAYS: readonly (keyof typeof OWN)[] = ['ingestedItems', 'rollupLag', 'heartbeatAge'];
/** CloudWatch gives each account so many. */
const FREE_DASHBOARDS = 3;

/** What an alarm is billed as: every metric that it looks at. */
export const metricsOf = ({ source, metrics }: Alarm): number => {
  if (source.from === 'functions') return source.functions.length * metrics.length;
  return source.from === 'tables' ? source.tables.length * metrics.length : metrics.length;
};

/** What the stacks cost in a month in which nobody sends anything, US dollars; free tiers are not taken off. */
export const idleLines = ({ hashClients, aws }: Config, metered: Metered): Line[] => {
  const watched = OWN_ALARMS.reduce((sum, alarm) => sum + metricsOf(alarm), 0);
  const dashboards = dashboardsOf(aws.dashboards).length;
  return [
    lineOf('key', 'kmsKeyMonth', 1, 'rotated yearly: $2 from the second year, $3 from the third on'),
    lineOf(
      'own metrics',
      'metricMonth',
      SENT_ALWAYS.length,
      `and ${Object.keys(OWN).length - SENT_ALWAYS.length} more in hours with rejected items or failures`,
    ),
    lineOf('alarms', 'alarmMetricMonth', watched, `${OWN_ALARMS.length} alarms, by the metrics that they look at`),
    lineOf(
      'dashboards',
      'dashboardMonth',
      Math.max(0, dashboards - FREE_DASHBOARDS),
      `${dashboards}, of which ${FREE_DASHBOARDS} are free where the account has no other; else $3 each`,
    ),
    lineOf('queue, polled while empty', 'sqsRequest', POLLERS * POLLS_PER_MIN * MINUTES_PER_MONTH),
    ...(hashClients ? [lineOf('secret of pseudonyms', 'secretMonth', 1)] : []),
    ...scheduledLines(monthOf(metered.idleDay)),
  ];
};

/** Units of heartbeats and scheduled work, by what the bill calls them. */
const GROUPS: readonly { what: string; units: readonly (keyof Units)[] }[] = [
  { what: 'heartbeat and schedules: Lambda', units: ['lambdaRequest', 'lambdaGbSecond', 'schedulerInvocation'] },
  { what: 'heartbeat and schedules: API, queue', units: ['httpApiRequest', 'sqsRequest'] },
  { what: 'heartbeat and schedules: S3', units: ['s3Put', 's3Get', 's3StorageGbMonth'] },
  { what: 'heartbeat and schedules: DynamoDB', units: ['dynamoWrite', 'dynamoRead'] },
  { what: 'heartbeat and schedules: logs', units: ['logGb', 'logStorageGbMonth'] },
  { what: 'heartbeat and schedules: traces', units: ['xrayTrace'] },
  { what: 'heartbeat and schedules: key', units: ['kmsRequest'] },
  { what: 'looking for metrics to read', units: ['cloudWatchRequest', 'metricRead'] },
];

const scheduledLines = (month: Units): Line[] => {
  const grouped = new Set(GROUPS.flatMap(({ units }) => units));
  const rest = Object.fromEntries(Object.entries(month).filter(([unit]) => !grouped.has(unit as keyof Units)));
  const lines = GROUPS.map(({ what, units }) => {
    const own: Units = Object.fromEntries(units.map((unit) => [unit, month[unit] ?? 0]));
    return lineOfUnits(what, '', own);
  });
  return priceOf(rest) > 0 ? [...lines, lineOfUnits('heartbeat and schedules: other', '', rest)] : lines;
};
