import type { Ask } from '../query/ask.ts';
import { MINUTE } from '../telemetry/families.ts';
import type { QueryAnswer } from '../usecases/query.ts';

/** What is known of one GPU over the window; null where nothing, or not enough, is known. */
export interface GpuReading {
  host: string;
  gpu: string;
  deployment: string | undefined;
  /** VRAM that was in use on average over the last quarter of an hour, and all there is. */
  memoryUsedBytes: number | null;
  memoryTotalBytes: number | null;
  /** Per cent; null unless each quarter of an hour of the window has readings. */
  maxUtilization: number | null;
}

const QUARTER = 15 * MINUTE;
/** Senders name the machine and the GPU in one of these ways. */
const GROUP = 'host,instance,gpu,uuid,deployment';

/**
 * The GPUs that reported within the window that ends at `toMs`.
 *
 * @param idleMin length of the window for utilization, in minutes; rounded up to whole quarters of an hour
 */
export const readGpus = async (
  ask: Ask,
  { toMs, idleMin }: { toMs: number; idleMin: number },
): Promise<GpuReading[]> => {
  const end = Math.floor(toMs / QUARTER) * QUARTER;
  const times = (fromMs: number, step: string) => ({ from: String(fromMs), to: String(end), step, groupBy: GROUP });
  const recent = (metric: string) => ask({ metric, stat: 'avg', ...times(end - QUARTER, 'all') });
  const windowMs = Math.ceil(idleMin / 15) * QUARTER;
  const used = await recent('gpu.memoryUsed');
  const total = await recent('gpu.memoryTotal');
  const free = await recent('gpu.memoryFree');
  const busy = await ask({ metric: 'gpu.utilization', stat: 'max', ...times(end - windowMs, '15m') });

  const byGpu = new Map<string, GpuReading & { memoryFreeBytes: number | null }>();
  const take = (
    answer: QueryAnswer,
    set: (reading: GpuReading & { memoryFreeBytes: number | null }, values: (number | null)[]) => void,
  ) => {
    for (const { labels, points } of answer.series) {
      const host = labels.host || labels.instance || '';
      const gpu = labels.gpu || labels.uuid || '';
      const key = JSON.stringify([host, gpu]);
      const reading = byGpu.get(key) ?? { host, gpu, deployment: undefined, ...NOTHING };
      byGpu.set(key, reading);
      reading.deployment ??= labels.deployment || undefined;
      set(
        reading,
        points.map(([, value]) => value),
      );
    }
  };
  take(used, (reading, [value]) => {
    reading.memoryUsedBytes = value ?? null;
  });
  take(total, (reading, [value]) => {
    reading.memoryTotalBytes = value ?? null;
  });
  take(free, (reading, [value]) => {
    reading.memoryFreeBytes = value ?? null;
  });
  take(busy, (reading, values) => {
    const known = values.filter((value) => value !== null);
    reading.maxUtilization = known.length === values.length && known.length > 0 ? Math.max(...known) : null;
  });
  return [...byGpu.values()].map(({ memoryFreeBytes: free, ...reading }) => ({
    ...reading,
    // DCGM reports no total, but what is used and free.
    memoryTotalBytes: reading.memoryTotalBytes ?? sumOf(reading.memoryUsedBytes, free),
  }));
};

const NOTHING = { memoryUsedBytes: null, memoryTotalBytes: null, memoryFreeBytes: null, maxUtilization: null };

const sumOf = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
