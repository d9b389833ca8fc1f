import type { Ask } from '../query/ask.ts';
import { MINUTE } from '../telemetry/families.ts';

const QUARTER = 15 * MINUTE;
/** How far back a host is remembered, and for how many quarters of an hour it may say nothing. */
const WINDOW_QUARTERS = 12;
const SILENT_QUARTERS = 2;

/** A host that reported within the last three hours. */
export interface HostReading {
  host: string;
  /** End of the last quarter of an hour with readings, epoch milliseconds. */
  lastMs: number;
  /** It says something now. One that does not is silent only when it could have been heard: else neither is known. */
  isReporting: boolean;
  isSilent: boolean;
}

/**
 * The hosts with GPUs that reported within the three hours that end at `toMs`.
 *
 * @param openSinceMs since when they could be heard, epoch milliseconds
 */
export const readHosts = async (
  ask: Ask,
  { toMs, openSinceMs }: { toMs: number; openSinceMs: number },
): Promise<HostReading[]> => {
  const end = Math.floor(toMs / QUARTER) * QUARTER;
  const { series } = await ask({
    metric: 'gpu.utilization',
    stat: 'max',
    groupBy: 'host,instance',
    step: '15m',
    from: String(end - WINDOW_QUARTERS * QUARTER),
    to: String(end),
  });
  const isHeard = end - SILENT_QUARTERS * QUARTER >= openSinceMs;
  return series.flatMap(({ labels, points }) => {
    const last = points.findLastIndex(([, value]) => value !== null);
    if (last < 0) return [];
    const isReporting = points.length - 1 - last < SILENT_QUARTERS;
    const lastMs = points[last]![0] + QUARTER;
    return [{ host: labels.host || labels.instance || '', lastMs, isReporting, isSilent: !isReporting && isHeard }];
  });
};
