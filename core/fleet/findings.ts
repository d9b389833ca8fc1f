import type { GpuReading } from './readings.ts';

export interface FleetThresholds {
  /** Per cent of a GPU's memory. */
  vramPercent: number;
  /** A GPU that never does more than this, in per cent, is idle. */
  gpuIdlePercent: number;
  gpuIdleMin: number;
}

export type FleetFinding =
  | { kind: 'vram-held'; reading: GpuReading; percent: number }
  | { kind: 'gpu-idle-held'; reading: GpuReading; percent: number; maxUtilization: number };

/** Less than this share of its memory in use is what a driver takes for itself: nobody holds the GPU. */
const HELD_RATIO = 0.05;

/** VRAM in use, in per cent; null where used or total is unknown. */
export const vramPercent = ({ memoryUsedBytes, memoryTotalBytes }: GpuReading): number | null =>
  memoryUsedBytes === null || memoryTotalBytes === null || memoryTotalBytes <= 0
    ? null
    : (memoryUsedBytes / memoryTotalBytes) * 100;

/**
 * What is wrong with a GPU: its memory is full, or somebody holds memory of it and lets it idle. [] where all is well or
 * nothing is known; see `isKnown`.
 */
export const findingsOf = (reading: GpuReading, thresholds: FleetThresholds): FleetFinding[] => {
  const percent = vramPercent(reading);
  if (percent === null) return [];
  const { maxUtilization } = reading;
  const findings: FleetFinding[] = [];
  if (percent > thresholds.vramPercent) findings.push({ kind: 'vram-held', reading, percent });
  if (maxUtilization !== null && maxUtilization <= thresholds.gpuIdlePercent && percent > HELD_RATIO * 100)
    findings.push({ kind: 'gpu-idle-held', reading, percent, maxUtilization });
  return findings;
};

/** Is enough known of the GPU to say that such a finding is over? */
export const isKnown = (reading: GpuReading, kind: FleetFinding['kind']): boolean =>
  vramPercent(reading) !== null && (kind === 'vram-held' || reading.maxUtilization !== null);
