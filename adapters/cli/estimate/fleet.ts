import type { Config } from '../../../core/config.ts';
import { FLEET_ALARMS, STREAM_ALARMS } from '../../../core/metrics/alarms.ts';
import { DCGM, GPU_HOST, VLLM } from '../../../core/metrics/cloudWatch.ts';
import { type Line, lineOf, lineOfUnits } from './line.ts';
import { MINUTES_PER_MONTH } from './metered.ts';

/** How many GPU hosts there are, with how many GPUs and file systems each. */
export interface FleetSize {
  hosts: number;
  gpusPerHost: number;
  disksPerHost: number;
}

/** Metrics of the agent: for each GPU, for each host, for each file system. test/cli/aws/estimate.test.ts compares them with its configuration. */
export const AGENT_METRICS = { perGpu: { essential: 5, all: 17 }, perHost: 11, perDisk: 1 } as const;

/** An update in a metric stream in OpenTelemetry's form, bytes; Firehose is billed for it. An estimate, not measured. */
const UPDATE_BYTES = 300;
const GB = 1e9;

/** How many custom metrics a fleet has, as the configuration has the agent send them. */
export const fleetMetrics = ({ gpuFleet }: Config['aws'], { hosts, gpusPerHost, disksPerHost }: FleetSize): number => {
  const { measurements, dcgmPort, vllmPort } = gpuFleet;
  const perGpu = AGENT_METRICS.perGpu[measurements] + (dcgmPort ? Object.keys(DCGM).length : 0);
  const perHost =
    AGENT_METRICS.perHost + disksPerHost * AGENT_METRICS.perDisk + (vllmPort ? Object.keys(VLLM).length : 0);
  return hosts * (perHost + gpusPerHost * perGpu);
};

/** What a fleet adds in a month; [] where it is not enabled. */
export const fleetLines = ({ aws }: Config, size: FleetSize): Line[] => {
  if (!aws.gpuFleet.enabled) return [];
  const metrics = fleetMetrics(aws, size);
  const gpus = size.hosts * size.gpusPerHost;
  const gpuNames = new Set(Object.values(GPU_HOST).map(({ name }) => name));
  const watched = FLEET_ALARMS.reduce((sum, { id, metrics: [metric] }) => {
    const isOfDisks = id === 'disk-nearly-full';
    return sum + (gpuNames.has(metric!.name) ? gpus : size.hosts * (isOfDisks ? size.disksPerHost : 1));
  }, 0);
  const what = `${size.hosts} hosts of ${size.gpusPerHost} GPUs`;
  return [
    lineOf(`GPU fleet: metrics of ${what}`, 'metricMonth', metrics, `measurements: ${aws.gpuFleet.measurements}`),
    lineOf(
      'GPU fleet: alarms',
      'alarmMetricMonth',
      watched + (aws.gpuFleet.metricStream ? STREAM_ALARMS.length : 0),
      'Metrics Insights bills each metric that a query looks at',
    ),
    ...(aws.gpuFleet.metricStream ? [streamLine(metrics)] : []),
  ];
};

const streamLine = (metrics: number): Line => {
  const updates = metrics * MINUTES_PER_MONTH;
  const units = { metricStreamUpdate: updates, firehoseGb: (updates * UPDATE_BYTES) / GB };
  return lineOfUnits(
    'GPU fleet: metric stream',
    `${Math.round(updates / 1e6)} M updates`,
    units,
    'with Firehose, at an estimated 300 bytes an update; what it then costs to ingest is not in here',
  );
};
