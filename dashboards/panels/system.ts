import { API, GPU_HOST, HOST_AGENT, OWN, QUEUE, RDS, REDIS } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec } from '../panel.ts';

export const SYSTEM_OVERVIEW: DashboardSpec = {
  id: 'system-overview',
  title: 'Modelmeter: System Overview',
  about: 'Hosts, API, databases and the way of telemetry, at a glance.',
  rows: ['001.062', '004.040', '004.042', '004.043'],
  hours: 6,
  sections: [
    {
      title: 'System health',
      panels: [
        {
          title: 'CPU of the busiest host',
          about: 'The agent reports idle time; what is not idle, waiting for disks included, is shown.',
          rows: ['001.063'],
          unit: '%',
          cloudWatch: [{ select: 'MIN', of: HOST_AGENT.cpuIdle, isHidden: true }],
          math: { expression: '100 - q0', label: 'CPU in use' },
        },
        {
          title: 'Memory by host',
          about: 'The fullest minute of each host.',
          rows: ['001.064'],
          unit: '%',
          cloudWatch: [{ select: 'MAX', of: HOST_AGENT.memory, by: 'InstanceId' }],
          alarm: 'host-memory',
        },
        {
          title: 'VRAM of the fleet',
          about: 'Used of total over all GPUs. Model servers reserve most of it by design.',
          rows: ['001.065'],
          unit: '%',
          cloudWatch: [
            { select: 'SUM', of: GPU_HOST.memoryUsed, isHidden: true },
            { select: 'SUM', of: GPU_HOST.memoryTotal, isHidden: true },
          ],
          math: { expression: '100 * q0 / q1', label: 'VRAM in use' },
        },
        {
          title: 'Fullest disk by host',
          about: 'One full disk hides among empty ones, so the greatest is shown.',
          rows: ['001.066'],
          unit: '%',
          cloudWatch: [{ select: 'MAX', of: HOST_AGENT.disk, by: 'InstanceId' }],
          alarm: 'disk-nearly-full',
        },
      ],
    },
    {
      title: 'API',
      panels: [
        {
          title: 'Duration of requests',
          about: 'From the first byte that API Gateway received to the last it sent.',
          rows: ['001.067'],
          unit: 'ms',
          cloudWatch: [
            { find: API.latency, stat: 'p50', only: 'api' },
            { find: API.latency, stat: 'p95', only: 'api' },
          ],
        },
        {
          title: 'Requests',
          about: 'All, refused (4xx) and failed (5xx).',
          rows: ['001.068'],
          unit: '{request}',
          cloudWatch: [
            { find: API.requests, stat: 'Sum', only: 'api' },
            { find: API.clientErrors, stat: 'Sum', only: 'api' },
            { find: API.serverErrors, stat: 'Sum', only: 'api' },
          ],
          alarm: 'api-errors',
        },
        {
          title: 'Size of requests',
          about: 'Bytes that API Gateway processed for a request, answers included.',
          rows: ['001.069'],
          unit: 'By',
          cloudWatch: [{ find: API.bytes, stat: 'Average', only: 'api' }],
        },
      ],
    },
    {
      title: 'Databases',
      panels: [
        {
          title: 'Connections of databases',
          about: 'Of the RDS instances in this account and region.',
          rows: ['001.070'],
          unit: '{connection}',
          cloudWatch: [{ find: RDS.connections, stat: 'Average' }],
        },
        {
          title: 'Read latency of databases',
          about: 'Of the disks: RDS reports no duration of queries.',
          rows: ['001.071'],
          unit: 's',
          cloudWatch: [{ find: RDS.readLatency, stat: 'p95' }],
        },
        {
          title: 'Memory of Redis',
          about: 'Of the ElastiCache nodes in this account and region.',
          rows: ['001.072'],
          unit: 'By',
          cloudWatch: [{ find: REDIS.memory, stat: 'Maximum' }],
        },
      ],
    },
    {
      title: 'Telemetry',
      panels: [
        {
          title: 'Items taken in',
          about: 'Events, samples, spans and log records that were accepted, and those that were refused.',
          rows: [],
          unit: '{item}',
          cloudWatch: [
            { find: OWN.ingestedItems, stat: 'Sum' },
            { find: OWN.rejectedItems, stat: 'Sum' },
          ],
        },
        {
          title: 'Oldest waiting batch',
          about: 'How long the oldest message of each queue waits.',
          rows: [],
          unit: 's',
          cloudWatch: [{ find: QUEUE.oldestAge, stat: 'Maximum', only: 'application' }],
          alarm: 'rollup-lag',
        },
        {
          title: 'Age of the heartbeat',
          about:
            'An event is sent through the whole product every five minutes; this is how old the last is that came out.',
          rows: [],
          unit: 's',
          cloudWatch: [{ find: OWN.heartbeatAge, stat: 'Maximum' }],
          alarm: 'heartbeat-old',
        },
      ],
    },
  ],
};
