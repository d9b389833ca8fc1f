import type { Config } from '../../core/config.ts';
import { FLEET_NAMESPACE } from '../../core/metrics/cloudWatch.ts';
import { SCRAPES, scrapesOf } from './scrapes.ts';

/** GPU measurements of the CloudWatch agent on Linux; each costs a metric for each GPU. */
export const GPU_MEASUREMENTS = {
  /** What alarms, the evaluation and the dashboards need. */
  essential: ['utilization_gpu', 'memory_used', 'memory_total', 'memory_free', 'temperature_gpu'],
  all: [
    'utilization_gpu',
    'memory_used',
    'memory_total',
    'memory_free',
    'temperature_gpu',
    'utilization_memory',
    'power_draw',
    'fan_speed',
    'pcie_link_gen_current',
    'pcie_link_width_current',
    'encoder_stats_session_count',
    'encoder_stats_average_fps',
    'encoder_stats_average_latency',
    'clocks_current_graphics',
    'clocks_current_sm',
    'clocks_current_memory',
    'clocks_current_video',
  ],
} as const;

/** Of each host; `perHost` are summed over disks or network cards by the agent, and their parts dropped. */
export const HOST_MEASUREMENTS = {
  cpu: { measurement: ['usage_idle', 'usage_iowait'] },
  mem: { measurement: ['used_percent'] },
  swap: { measurement: ['used_percent'] },
  netstat: { measurement: ['tcp_established', 'tcp_time_wait'] },
  disk: { measurement: ['used_percent'] },
  diskio: { measurement: ['io_time', 'read_bytes', 'write_bytes'], perHost: true },
  net: { measurement: ['bytes_recv', 'bytes_sent'], perHost: true },
} as const;

const INTERVAL_S = 60;
/** File systems that are no disks. */
const NO_DISKS = ['sysfs', 'devtmpfs', 'tmpfs', 'overlay', 'squashfs', 'iso9660', 'efivarfs', 'vfat'];
/** A dimension that only what is summed over a host has: so the agent aggregates by it nothing else, and sends nothing twice. */
const PER_HOST = { scope: 'host' };

/**
 * The CloudWatch agent's configuration for a GPU host.
 *
 * GPUs and file systems stay apart as the agent names them; whatever dimensions that gives, alarms and graphs ask by Metrics
 * Insights. Its name for NVIDIA's measurements is `nvidia_gpu`, though the metrics are called `nvidia_smi_…`.
 */
export const agentConfig = (fleet: Config['aws']['gpuFleet']): Record<string, unknown> => {
  const host = ['InstanceId', 'InstanceType'];
  return {
    agent: { metrics_collection_interval: INTERVAL_S, run_as_user: 'root' },
    metrics: {
      namespace: FLEET_NAMESPACE,
      force_flush_interval: 15,
      append_dimensions: Object.fromEntries(host.map((name) => [name, `\${aws:${name}}`])),
      aggregation_dimensions: [[...host, ...Object.keys(PER_HOST)]],
      metrics_collected: {
        nvidia_gpu: { measurement: GPU_MEASUREMENTS[fleet.measurements] },
        ...Object.fromEntries(
          Object.entries(HOST_MEASUREMENTS).map(([plugin, each]) => [plugin, pluginOf(plugin, each)]),
        ),
      },
    },
    ...(scrapesOf(fleet).length > 0 && { logs: { metrics_collected: { prometheus: SCRAPES.agent(fleet) } } }),
  };
};

const pluginOf = (plugin: string, { measurement, perHost }: { measurement: readonly string[]; perHost?: true }) => ({
  measurement,
  ...(perHost && {
    resources: ['*'],
    append_dimensions: PER_HOST,
    drop_original_metrics: measurement.map((name) => `${plugin}_${name}`),
  }),
  ...(plugin === 'cpu' && { totalcpu: true }),
  ...(plugin === 'disk' && { resources: ['*'], drop_device: true, ignore_file_system_types: NO_DISKS }),
});
