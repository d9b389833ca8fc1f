import { counters, gauges, ratios } from './define.ts';
import type { Metric } from './types.ts';

/** GPUs, by gpu (index or UUID) and gpuModel. */
export const GPU: readonly Metric[] = [
  ...gauges([
    {
      name: 'gpu.utilization',
      unit: '%',
      meaning: 'Share of time in which some kernel ran. 100 does not say that the GPU is full, 0 says that it idles.',
      rows: ['000.036', '002.037', '003.042'],
    },
    {
      name: 'gpu.memoryUsed',
      unit: 'By',
      meaning: 'VRAM in use. Servers such as vLLM reserve most of it at start, whatever the load.',
      defaultStat: 'sum',
      rows: ['001.077', '003.043'],
    },
    { name: 'gpu.memoryFree', unit: 'By', meaning: 'VRAM that is free.', defaultStat: 'sum', rows: ['001.078'] },
    { name: 'gpu.memoryTotal', unit: 'By', meaning: 'VRAM there is.', defaultStat: 'sum', rows: ['003.044'] },
    {
      name: 'gpu.memoryUtilization',
      unit: '%',
      meaning: 'VRAM in use as reported in percent; see gpu.memoryInUse where bytes are reported.',
      rows: ['001.065'],
    },
    {
      name: 'gpu.memoryBandwidthUtilization',
      unit: '%',
      meaning: 'Share of time in which VRAM was read or written; it says nothing of how full it is.',
    },
    {
      name: 'gpu.smUtilization',
      unit: '%',
      meaning: 'Share of multiprocessors with work, averaged: how full the GPU is.',
    },
    { name: 'gpu.tensorUtilization', unit: '%', meaning: 'Share of cycles in which the tensor cores worked.' },
    { name: 'gpu.encoderUtilization', unit: '%', meaning: 'Use of the video encoder.' },
    { name: 'gpu.decoderUtilization', unit: '%', meaning: 'Use of the video decoder.' },
    { name: 'gpu.temperature', unit: 'Cel', meaning: 'Temperature of the chip.', defaultStat: 'max' },
    { name: 'gpu.memoryTemperature', unit: 'Cel', meaning: 'Temperature of the VRAM.', defaultStat: 'max' },
    { name: 'gpu.power', unit: 'W', meaning: 'Power drawn.', defaultStat: 'sum' },
    { name: 'gpu.powerLimit', unit: 'W', meaning: 'Power that may be drawn.', defaultStat: 'sum' },
    { name: 'gpu.smClock', unit: 'MHz', meaning: 'Clock of the multiprocessors; low under load means throttling.' },
    { name: 'gpu.memoryClock', unit: 'MHz', meaning: 'Clock of the VRAM.' },
    { name: 'gpu.fanUtilization', unit: '%', meaning: 'Speed of the fan, of its maximum.' },
    {
      name: 'gpu.lastXid',
      unit: '1',
      meaning:
        'Code of the last XID error of the driver, 0 when there was none. A code, not a number: read `last` or `max`.',
      defaultStat: 'max',
    },
    {
      name: 'gpu.pcieThroughput',
      unit: 'By/s',
      meaning: 'Bytes per second over PCIe, by direction.',
      defaultStat: 'sum',
    },
  ]),
  ...counters([
    { name: 'gpu.energy', unit: 'J', meaning: 'Energy drawn since the driver was loaded.' },
    { name: 'gpu.eccErrors', unit: '{error}', meaning: 'Memory errors, by severity (corrected, uncorrected).' },
    { name: 'gpu.remappedRows', unit: '{row}', meaning: 'Rows of VRAM replaced after errors, by severity.' },
    { name: 'gpu.pcieReplays', unit: '{error}', meaning: 'Transfers that PCIe had to repeat.' },
  ]),
  ...ratios([
    {
      name: 'gpu.memoryInUse',
      numerator: { metric: 'gpu.memoryUsed', stat: 'sum' },
      denominator: { metric: 'gpu.memoryUsed', stat: 'sum', plus: { metric: 'gpu.memoryFree', stat: 'sum' } },
      scale: 100,
      unit: '%',
      meaning: 'VRAM in use, of what is used and free: for DCGM, which reports no total by default.',
      rows: ['001.065'],
    },
    {
      name: 'gpu.memoryInUseOfTotal',
      numerator: { metric: 'gpu.memoryUsed', stat: 'sum' },
      denominator: { metric: 'gpu.memoryTotal', stat: 'sum' },
      scale: 100,
      unit: '%',
      meaning: 'VRAM in use, of the total: for exporters that report no free memory.',
      rows: ['001.065'],
    },
  ]),
];
