import { BEDROCK } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec } from '../panel.ts';

export const BUSINESS: DashboardSpec = {
  id: 'business-analytics',
  title: 'Modelmeter: Business',
  about: 'Who uses what, and whether it serves them.',
  rows: ['001.083'],
  hours: 30 * 24,
  sections: [
    {
      title: 'Users',
      panels: [
        {
          title: 'Daily active users',
          about: 'Different users with an activity that day; an estimate within 2 %.',
          rows: ['001.084'],
          unit: '{user}',
          athena: { from: 'activity', value: 'approx_distinct("user")', every: '1d' },
        },
        {
          title: 'Calls per client',
          about: 'Mean over the clients of the day.',
          rows: ['001.085'],
          unit: '{request}',
          athena: {
            from: 'inference',
            value: 'CAST(count(*) AS double) / approx_distinct(client)',
            where: 'client IS NOT NULL',
            every: '1d',
          },
        },
        {
          title: 'Use of features',
          about: 'Activities by feature.',
          rows: ['001.086'],
          unit: '{action}',
          athena: { from: 'activity', value: 'count(*)', by: 'feature', where: 'feature IS NOT NULL', every: '1d' },
        },
      ],
    },
    {
      title: 'Trends',
      panels: [
        {
          title: 'Response time, p95',
          about: 'Of model calls: in CloudWatch those of Bedrock, in Grafana those of your events.',
          rows: ['001.087'],
          unit: 'ms',
          cloudWatch: [{ find: BEDROCK.latency, stat: 'p95', only: 'models' }],
          athena: { from: 'inference', value: 'approx_percentile(latencyMs, 0.95)', by: 'project', every: '1d' },
        },
        {
          title: 'Share of calls that failed',
          about: 'Of all calls, whatever the status that is not ok.',
          rows: ['001.088'],
          unit: '%',
          athena: { from: 'inference', value: `100.0 * avg(IF(status = 'ok', 0.0, 1.0))`, by: 'project', every: '1d' },
        },
        {
          title: 'Calls',
          about: 'In CloudWatch per five minutes, in Grafana per day.',
          rows: ['001.089'],
          unit: '{request}',
          cloudWatch: [{ find: BEDROCK.invocations, stat: 'Sum', only: 'models' }],
          athena: { from: 'inference', value: 'count(*)', by: 'project', every: '1d' },
        },
      ],
    },
  ],
};
