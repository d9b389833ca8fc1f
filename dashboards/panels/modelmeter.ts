import { type CloudWatchMetric, FUNCTION, OWN, QUEUE, TABLE } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec, Panel } from '../panel.ts';

/** Of every function, queue or table of the application. */
const each = (title: string, find: CloudWatchMetric, stat: string, about: string, alarm?: string): Panel => ({
  title,
  about,
  rows: [],
  unit: find.unit,
  cloudWatch: [{ find, stat, ...(find.dimensions?.length ? { only: 'application' } : {}) }],
  ...(alarm && { alarm }),
});

export const MODELMETER_ITSELF: DashboardSpec = {
  id: 'modelmeter',
  title: 'Modelmeter itself',
  about: 'How the product fares: what it is woken for, drawn with the alarms’ own thresholds.',
  rows: [],
  hours: 24,
  sections: [
    {
      title: 'Way of telemetry',
      panels: [
        each('Items taken in', OWN.ingestedItems, 'Sum', 'Accepted.'),
        each('Items refused', OWN.rejectedItems, 'Sum', 'Answered with what was wrong.'),
        each('Roll-up lag', OWN.rollupLag, 'Maximum', 'From acceptance to being in the rollups.', 'rollup-lag'),
        each('Oldest message', QUEUE.oldestAge, 'Maximum', 'Of each queue.', 'rollup-lag'),
        each(
          'Messages waiting',
          QUEUE.visible,
          'Maximum',
          'In dead-letter queues there should be none.',
          'batches-parked',
        ),
        each('Age of the heartbeat', OWN.heartbeatAge, 'Maximum', 'Sent every five minutes.', 'heartbeat-old'),
      ],
    },
    {
      title: 'Functions',
      panels: [
        each('Errors', FUNCTION.errors, 'Sum', 'By function.', 'function-errors'),
        each('Throttles', FUNCTION.throttles, 'Sum', 'By function.', 'ingest-throttled'),
        each('Duration', FUNCTION.duration, 'Maximum', 'By function; an alarm tells when one nears its time-out.'),
        each('Executions at a time', FUNCTION.concurrency, 'Maximum', 'Of a new account’s 10, for example.'),
        each('Failed scans', OWN.scanFailures, 'Sum', 'Scheduled work that failed.', 'scan-failed'),
      ],
    },
    {
      title: 'Store',
      panels: [
        each('Throttled reads', TABLE.readThrottles, 'Sum', 'By table.', 'store-throttled'),
        each('Throttled writes', TABLE.writeThrottles, 'Sum', 'By table.', 'store-throttled'),
        each('Read units', TABLE.readUnits, 'Sum', 'By table; what DynamoDB bills.'),
        each('Write units', TABLE.writeUnits, 'Sum', 'By table; what DynamoDB bills.'),
      ],
    },
  ],
};
