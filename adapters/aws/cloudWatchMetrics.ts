import {
  type CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { ProviderMetrics } from '../../core/sources/cloudWatch/port.ts';
import type { StatisticPoints } from '../../core/sources/cloudWatch/samples.ts';
import type { ProviderSeries, Statistic } from '../../core/sources/cloudWatch/types.ts';
import { failingAs } from './awsError.ts';

/** Queries that one GetMetricData takes, by its reference. */
const MAX_QUERIES = 500;

/**
 * CloudWatch, one account and region. All statistics of a metric are asked for in one request, where up to five are billed as
 * one metric.
 */
export const cloudWatchMetrics = ({ client }: { client: CloudWatchClient }): ProviderMetrics => ({
  async recentlyActive(Namespace, max) {
    const series: ProviderSeries[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListMetricsCommand({ Namespace, RecentlyActive: 'PT3H', NextToken });
      const page = await failingAs(`list the metrics of ${Namespace}`, () => client.send(command));
      for (const { MetricName, Dimensions = [] } of page.Metrics ?? []) {
        if (MetricName === undefined) continue;
        const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
        series.push({ namespace: Namespace, metric: MetricName, dimensions });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined && series.length < max);
    return { series: series.slice(0, max), isAll: NextToken === undefined && series.length <= max };
  },

  async read({ metrics, fromMs, toMs }) {
    const points: StatisticPoints[] = metrics.map(() => ({}));
    const failed = new Set<number>();
    for (const queries of requests(metrics)) {
      let NextToken: string | undefined;
      do {
        const command = new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs), // not included
          ScanBy: 'TimestampAscending',
          NextToken,
        });
        const page = await failingAs('read metrics of CloudWatch', () => client.send(command));
        for (const { Id = '', Timestamps = [], Values = [], StatusCode } of page.MetricDataResults ?? []) {
          const [metric, stat] = parseId(Id);
          if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') failed.add(metric);
          const found = Timestamps.map((time, i) => [time.getTime(), Values[i]!] as const);
          const before = points[metric]![stat] ?? [];
          points[metric]![stat] = [...before, ...found.filter(([, value]) => value !== undefined)];
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    }
    return { points, failed: failed.size };
  },
});

/** The queries of all metrics in as few requests as they fit into; those of one metric stay together. */
function* requests(
  metrics: readonly { series: ProviderSeries; stats: readonly Statistic[] }[],
): Generator<MetricDataQuery[]> {
  let queries: MetricDataQuery[] = [];
  for (const [i, { series, stats }] of metrics.entries()) {
    if (queries.length + stats.length > MAX_QUERIES) {
      yield queries;
      queries = [];
    }
    queries.push(...stats.map((stat) => query(i, series, stat)));
  }
  if (queries.length > 0) yield queries;
}

const query = (place: number, { namespace, metric, dimensions }: ProviderSeries, stat: Statistic): MetricDataQuery => ({
  Id: `m${place}_${stat}`,
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: 60,
    Stat: stat,
  },
});

const parseId = (id: string): [place: number, stat: Statistic] => {
  const [place = '', stat = ''] = id.slice(1).split('_');
  return [Number(place), stat as Statistic];
};
