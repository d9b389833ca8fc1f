import type { Config, Severity } from '../config.ts';
import {
  API,
  type CloudWatchMetric,
  FIREHOSE,
  FUNCTION,
  GPU_HOST,
  HOST_AGENT,
  OWN,
  QUEUE,
  TABLE,
} from './cloudWatch.ts';

/** What an alarm watches among the application's resources; a template turns the names into resources. */
export type AlarmSource =
  | { from: 'own' | 'api' }
  | { from: 'queue'; queue: 'batchQueue' | 'batchDeadLetters' | 'scheduleDeadLetters' }
  /** Summed over the functions; or the greatest, each in per cent of its time-out. */
  | { from: 'functions'; functions: readonly string[]; as: 'sum' | 'percentOfTimeout' }
  | { from: 'tables'; tables: readonly ('rollupsTable' | 'stateTable')[] }
  /** Whatever hosts there are, by a Metrics Insights query: no set of dimensions is assumed, since it differs by driver. */
  | { from: 'fleet'; groupBy?: 'InstanceId' }
  /** What carries the fleet's metric stream. */
  | { from: 'stream' };

export interface Alarm {
  /** Also the anchor of its section in docs/runbook.md. */
  id: string;
  title: string;
  metrics: readonly CloudWatchMetric[];
  source: AlarmSource;
  stat: 'Sum' | 'Maximum' | 'Minimum' | 'SampleCount';
  comparison: '>' | '<';
  threshold: (config: Config) => number;
  /** Minutes of one period, and how many in a row must be past the threshold. */
  periodMin: number;
  periods: number;
  severity: Severity;
  /** What its owner does first. */
  action: string;
  /** What silence means: that all is well, that it is not, or nothing (the state stays as it is). */
  missingData: 'notBreaching' | 'breaching' | 'ignore';
}

const always = (threshold: number) => () => threshold;

/** What Modelmeter is woken for about itself; in every installation. Each metric of an alarm costs $0.10 a month. */
export const OWN_ALARMS: readonly Alarm[] = [
  {
    id: 'batches-parked',
    title: 'Batches could not be rolled up',
    metrics: [QUEUE.visible],
    source: { from: 'queue', queue: 'batchDeadLetters' },
    stat: 'Maximum',
    comparison: '>',
    threshold: always(0),
    periodMin: 5,
    periods: 1,
    severity: 'critical',
    action: 'Find out why in the roll-up log, put it right, then run `modelmeter redrive`.',
    missingData: 'notBreaching',
  },
  {
    id: 'scheduled-work-parked',
    title: 'Scheduled work or an observed event could not be delivered',
    metrics: [QUEUE.visible],
    source: { from: 'queue', queue: 'scheduleDeadLetters' },
    stat: 'Maximum',
    comparison: '>',
    threshold: always(0),
    periodMin: 5,
    periods: 1,
    severity: 'warning',
    action: 'Read the message: its attributes tell the error. Put it right, then run `modelmeter redrive`.',
    missingData: 'notBreaching',
  },
  {
    id: 'rollup-lag',
    title: 'Accepted batches wait to be rolled up',
    metrics: [QUEUE.oldestAge],
    source: { from: 'queue', queue: 'batchQueue' },
    stat: 'Maximum',
    comparison: '>',
    threshold: ({ thresholds }) => thresholds.rollupLagMin * 60,
    periodMin: 1,
    periods: 3,
    severity: 'warning',
    action: 'Look whether the roll-up function fails, is throttled, or has too much to do.',
    missingData: 'notBreaching',
  },
  {
    id: 'api-errors',
    title: 'The API answers 5xx',
    metrics: [API.serverErrors],
    source: { from: 'api' },
    stat: 'Sum',
    comparison: '>',
    threshold: always(5),
    periodMin: 5,
    periods: 1,
    severity: 'critical',
    action: 'Look for the requests in the access log: ingest (senders retry) or queries.',
    missingData: 'notBreaching',
  },
  {
    id: 'ingest-throttled',
    title: 'Telemetry is refused because Lambda has no room',
    metrics: [FUNCTION.throttles],
    source: { from: 'functions', functions: ['ingest'], as: 'sum' },
    stat: 'Sum',
    comparison: '>',
    threshold: always(0),
    periodMin: 5,
    periods: 2,
    severity: 'warning',
    action: 'Ask for more concurrent executions, or find who uses them.',
    missingData: 'notBreaching',
  },
  {
    id: 'function-errors',
    title: 'A function that nobody waits for fails',
    metrics: [FUNCTION.errors],
    source: {
      from: 'functions',
      functions: ['roll-up', 'observe', 'authorise'],
      as: 'sum',
    },
    stat: 'Sum',
    comparison: '>',
    threshold: always(3),
    periodMin: 5,
    periods: 2,
    severity: 'warning',
    action: 'Read the log of the function that has errors; the work is tried again and parked at last.',
    missingData: 'notBreaching',
  },
  {
    id: 'function-near-timeout',
    title: 'A function nearly runs out of time',
    metrics: [FUNCTION.duration],
    source: { from: 'functions', functions: ['roll-up', 'compact', 'archive'], as: 'percentOfTimeout' },
    stat: 'Maximum',
    comparison: '>',
    threshold: always(80),
    periodMin: 15,
    periods: 2,
    severity: 'warning',
    action: 'Give it more memory (which buys CPU), or find what has grown.',
    missingData: 'notBreaching',
  },
  {
    id: 'store-throttled',
    title: 'The rollup store is throttled',
    metrics: [TABLE.readThrottles, TABLE.writeThrottles],
    source: { from: 'tables', tables: ['rollupsTable'] },
    stat: 'Sum',
    comparison: '>',
    threshold: always(10),
    periodMin: 5,
    periods: 2,
    severity: 'warning',
    action: 'It passes as the table grows its capacity; look for a hot key when it does not.',
    missingData: 'notBreaching',
  },
  {
    id: 'scan-failed',
    title: 'Scheduled work fails',
    metrics: [OWN.scanFailures],
    source: { from: 'own' },
    stat: 'Sum',
    comparison: '>',
    threshold: always(0),
    periodMin: 15,
    periods: 1,
    severity: 'warning',
    action: 'Find the function in its log: compact, expire, archive, read-metrics or evaluate.',
    missingData: 'notBreaching',
  },
  {
    id: 'heartbeat-old',
    title: 'The heartbeat does not come through',
    metrics: [OWN.heartbeatAge],
    source: { from: 'own' },
    stat: 'Maximum',
    comparison: '>',
    threshold: ({ thresholds }) => thresholds.heartbeatAgeMin * 60,
    periodMin: 10,
    periods: 2,
    severity: 'critical',
    action:
      'Follow one event: API, bucket, queue, roll-up, query. Nothing else can be relied on until it comes through.',
    missingData: 'breaching',
  },
];

/** What a fleet of GPU hosts is watched for. Each metric that a query looks at costs $0.10 a month. */
export const FLEET_ALARMS: readonly Alarm[] = [
  {
    id: 'vram-nearly-full',
    title: 'A GPU has hardly any memory left',
    metrics: [GPU_HOST.memoryFree],
    source: { from: 'fleet', groupBy: 'InstanceId' },
    stat: 'Minimum',
    comparison: '<',
    threshold: ({ thresholds }) => thresholds.vramFreeMib,
    periodMin: 1,
    periods: 5,
    severity: 'warning',
    action: 'See whether the model server reserves it by design; if not, lower the batch size or the context.',
    missingData: 'ignore',
  },
  {
    id: 'gpu-hot',
    title: 'A GPU is hot',
    metrics: [GPU_HOST.temperature],
    source: { from: 'fleet', groupBy: 'InstanceId' },
    stat: 'Maximum',
    comparison: '>',
    threshold: ({ thresholds }) => thresholds.gpuTemperatureC,
    periodMin: 1,
    periods: 5,
    severity: 'warning',
    action: 'Move the load and replace the host: in EC2 the cooling is not yours to repair.',
    missingData: 'ignore',
  },
  {
    id: 'host-memory',
    title: 'A GPU host runs out of memory',
    metrics: [HOST_AGENT.memory],
    source: { from: 'fleet', groupBy: 'InstanceId' },
    stat: 'Maximum',
    comparison: '>',
    threshold: ({ thresholds }) => thresholds.hostMemoryPercent,
    periodMin: 1,
    periods: 5,
    severity: 'warning',
    action: 'Find the process that grows: data loaders and pinned memory first.',
    missingData: 'ignore',
  },
  {
    id: 'disk-nearly-full',
    title: 'A disk of a GPU host is nearly full',
    metrics: [HOST_AGENT.disk],
    source: { from: 'fleet', groupBy: 'InstanceId' },
    stat: 'Maximum',
    comparison: '>',
    threshold: ({ thresholds }) => thresholds.diskPercent,
    periodMin: 5,
    periods: 2,
    severity: 'warning',
    action: 'Remove old checkpoints and model caches, or grow the volume.',
    missingData: 'ignore',
  },
  {
    id: 'agents-silent',
    title: 'No GPU host reports',
    metrics: [HOST_AGENT.memory],
    source: { from: 'fleet' },
    stat: 'SampleCount',
    comparison: '<',
    threshold: always(1),
    periodMin: 5,
    periods: 2,
    severity: 'critical',
    action: 'Look at the State Manager associations and the hosts’ instance profile.',
    missingData: 'breaching',
  },
];

/** What the fleet's metric stream is watched for, where there is one: what it cannot deliver lies below `undelivered/`. */
export const STREAM_ALARMS: readonly Alarm[] = [
  {
    id: 'stream-undelivered',
    title: 'The receiver of the metric stream fails',
    metrics: [FIREHOSE.transformed],
    source: { from: 'stream' },
    stat: 'Minimum',
    comparison: '<',
    threshold: always(1),
    periodMin: 5,
    periods: 1,
    severity: 'warning',
    action: 'Read the log of metric-stream, put it right, then send again what lies below undelivered/.',
    missingData: 'notBreaching',
  },
  {
    id: 'stream-unreadable',
    title: 'Records of the metric stream cannot be read',
    metrics: [OWN.unreadRecords],
    source: { from: 'own' },
    stat: 'Sum',
    comparison: '>',
    threshold: always(0),
    periodMin: 5,
    periods: 1,
    severity: 'warning',
    action: 'Look in the log of metric-stream what it expected, and keep a record for a bug report.',
    missingData: 'notBreaching',
  },
];

/** Findings of the evaluation of rollups, which are no CloudWatch alarms but have a section of the runbook as well. */
export const EVALUATED = [
  'vram-held',
  'gpu-idle-held',
  'host-silent',
  'source-silent',
  'budget-crossed',
  'budget-burning',
] as const;

/** Where an alarm's line is drawn on a graph of its metric: by id. */
export const thresholdsOf = (config: Config): Readonly<Record<string, { value: number; title: string }>> =>
  Object.fromEntries(
    [...OWN_ALARMS, ...FLEET_ALARMS].map(({ id, title, threshold }) => [id, { value: threshold(config), title }]),
  );
