import { type CloudWatchMetric, DCGM, GPU_HOST, HOST_AGENT, VLLM } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec, Insights, Panel } from '../panel.ts';

/** One line for each host. */
const perHost = (
  title: string,
  select: Insights['select'],
  of: CloudWatchMetric,
  more: Partial<Panel> & { about: string; rows: readonly string[] },
): Panel => ({ title, unit: of.unit, cloudWatch: [{ select, of, by: 'InstanceId' }], ...more });

export const GPU_FLEET: DashboardSpec = {
  id: 'gpu-fleet',
  title: 'Modelmeter: GPU Fleet',
  about: 'Every host that the agent reports, without a word on which there are.',
  rows: [],
  hours: 6,
  sections: [
    {
      title: 'GPUs',
      panels: [
        perHost('GPU in use, mean', 'AVG', GPU_HOST.utilization, {
          about: 'Share of time in which some kernel ran, over the GPUs of a host.',
          rows: [],
        }),
        perHost('Least used GPU', 'MIN', GPU_HOST.utilization, {
          about: 'A GPU at 0 beside full ones is paid for and does nothing.',
          rows: [],
        }),
        perHost('Least free VRAM', 'MIN', GPU_HOST.memoryFree, {
          about: 'Of the fullest GPU of each host.',
          rows: ['001.078'],
          alarm: 'vram-nearly-full',
        }),
        perHost('Hottest GPU', 'MAX', GPU_HOST.temperature, {
          about: 'Near 90 °C GPUs slow themselves down.',
          rows: [],
          alarm: 'gpu-hot',
        }),
        perHost('Power', 'SUM', GPU_HOST.power, {
          about: 'Of all GPUs of a host; only with `measurements: all`.',
          rows: [],
        }),
      ],
    },
    {
      title: 'What DCGM adds',
      panels: [
        perHost('Multiprocessors with work', 'AVG', DCGM.smActive, {
          about: '0 to 1, averaged: how full GPUs are. Where `dcgmPort` is configured.',
          rows: [],
        }),
        perHost('Tensor cores at work', 'AVG', DCGM.tensorActive, { about: '0 to 1, averaged.', rows: [] }),
        perHost('Last XID error', 'MAX', DCGM.lastXid, {
          about: 'A code of the driver, not a number: 0 is none, 79 is a GPU that fell off the bus.',
          rows: [],
        }),
      ],
    },
    {
      title: 'Model servers',
      panels: [
        {
          title: 'Requests at work and waiting',
          about: 'Of vLLM, where `vllmPort` is configured.',
          rows: ['001.075'],
          unit: '{request}',
          cloudWatch: [
            { select: 'MAX', of: VLLM.running, by: 'InstanceId' },
            { select: 'MAX', of: VLLM.waiting, by: 'InstanceId' },
          ],
        },
        {
          title: 'Key-value cache in use',
          about: 'A better sign of full memory than VRAM, which servers reserve.',
          rows: ['001.079'],
          unit: '1',
          cloudWatch: [{ select: 'MAX', of: VLLM.kvCache, by: 'InstanceId' }],
        },
      ],
    },
    {
      title: 'Hosts',
      panels: [
        perHost('CPU idle', 'AVG', HOST_AGENT.cpuIdle, { about: 'Of all cores.', rows: ['003.058'] }),
        perHost('CPU waits for disks', 'AVG', HOST_AGENT.cpuWait, { about: 'Of all cores.', rows: ['003.059'] }),
        perHost('Memory', 'MAX', HOST_AGENT.memory, {
          about: 'In use, caches that can be given up not counted.',
          rows: ['003.064'],
          alarm: 'host-memory',
        }),
        perHost('Swap', 'MAX', HOST_AGENT.swap, { about: 'In use.', rows: ['003.067'] }),
        perHost('Fullest disk', 'MAX', HOST_AGENT.disk, {
          about: 'Of all mounted file systems.',
          rows: ['003.060'],
          alarm: 'disk-nearly-full',
        }),
        perHost('Disks busy', 'MAX', HOST_AGENT.diskBusy, {
          about: 'Milliseconds of each minute in which a disk had something to do.',
          rows: ['003.061'],
        }),
        perHost('Read from disks', 'SUM', HOST_AGENT.diskRead, { about: 'In each minute.', rows: ['003.062'] }),
        perHost('Written to disks', 'SUM', HOST_AGENT.diskWrite, { about: 'In each minute.', rows: ['003.063'] }),
        perHost('TCP connections', 'MAX', HOST_AGENT.tcpEstablished, { about: 'Established.', rows: ['003.065'] }),
        perHost('TCP connections that end', 'MAX', HOST_AGENT.tcpTimeWait, {
          about: 'In TIME_WAIT: many mean that connections are not reused.',
          rows: ['003.066'],
        }),
        perHost('Received', 'SUM', HOST_AGENT.received, { about: 'Bytes in each minute.', rows: [] }),
        perHost('Sent', 'SUM', HOST_AGENT.sent, { about: 'Bytes in each minute.', rows: [] }),
      ],
    },
  ],
};
