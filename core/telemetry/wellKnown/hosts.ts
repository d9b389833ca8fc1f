import type { Target, WellKnownNames } from './names.ts';

const way = (to: string, direction: string): Target => ({ to, set: { direction } });

/** node_exporter, checked against the output of version 1.5. */
const NODE_EXPORTER: WellKnownNames = {
  names: {
    node_cpu_seconds_total: 'host.cpuTime',
    node_load1: 'host.load1',
    node_load5: 'host.load5',
    node_load15: 'host.load15',
    node_memory_MemTotal_bytes: 'host.memoryTotal',
    node_memory_MemAvailable_bytes: 'host.memoryAvailable',
    node_filesystem_size_bytes: 'host.diskSize',
    node_filesystem_avail_bytes: 'host.diskAvailable',
    node_disk_read_bytes_total: way('host.diskIo', 'read'),
    node_disk_written_bytes_total: way('host.diskIo', 'write'),
    node_disk_reads_completed_total: way('host.diskOperations', 'read'),
    node_disk_writes_completed_total: way('host.diskOperations', 'write'),
    node_disk_read_time_seconds_total: way('host.diskOperationTime', 'read'),
    node_disk_write_time_seconds_total: way('host.diskOperationTime', 'write'),
    node_disk_io_time_seconds_total: 'host.diskBusyTime',
    node_network_receive_bytes_total: way('host.networkIo', 'receive'),
    node_network_transmit_bytes_total: way('host.networkIo', 'transmit'),
    node_network_receive_errs_total: way('host.networkErrors', 'receive'),
    node_network_transmit_errs_total: way('host.networkErrors', 'transmit'),
  },
};

/** What Prometheus' client libraries say of their own process. */
const PROCESS: WellKnownNames = {
  names: {
    process_cpu_seconds_total: 'process.cpuTime',
    process_resident_memory_bytes: 'process.memory',
    process_start_time_seconds: 'service.startTime',
  },
};

/** The CloudWatch agent's percentages. */
const CLOUDWATCH_AGENT: WellKnownNames = {
  labels: { path: 'mountpoint' },
  names: {
    mem_used_percent: 'host.memoryUtilization',
    disk_used_percent: 'host.diskUtilization',
  },
};

/** Percentages under the names that exporters of one's own give them. */
const PERCENTAGES: WellKnownNames = {
  names: {
    node_cpu_usage_percent: 'host.cpuUtilization',
    node_memory_usage_percent: 'host.memoryUtilization',
    node_disk_usage_percent: 'host.diskUtilization',
  },
};

export const HOSTS: readonly WellKnownNames[] = [NODE_EXPORTER, PROCESS, CLOUDWATCH_AGENT, PERCENTAGES];
