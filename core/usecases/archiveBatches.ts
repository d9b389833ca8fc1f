import type { Archive, BatchLog } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';

export interface ArchiveOptions {
  /** Archive when so many items wait, … */
  minItems: number;
  /** … or when the oldest has waited so long. */
  maxWaitMs: number;
  /** Files with fewer records are small; a day's small files are merged once there are `mergeFrom` of them. */
  smallRecords: number;
  mergeFrom: number;
  /** Records are deleted once both their day and their arrival are longer ago than this. */
  keepDays: number;
  /** How long a file that was merged or expired stays for those who read it. */
  graceMs: number;
}

export const ARCHIVE_DEFAULTS: ArchiveOptions = {
  minItems: 75_000,
  maxWaitMs: 5 * 60_000,
  smallRecords: 1_000_000,
  mergeFrom: 24,
  keepDays: 90,
  graceMs: 10 * 60_000,
};

/** Bounds one call, which the scheduler repeats. */
const MAX_ROUNDS = 8;
/** While batches wait to be rolled up the archive stands back, until this many times `minItems` wait for it. */
const PATIENCE = 8;

/**
 * Brings the archive up to date: moves what is due into files, merges small files, deletes old days.
 * Safe to call at any time and to be killed at any moment; one call at a time.
 *
 * @param isBusy asked between files; true stops early
 * @returns how many items were archived, partitions merged and partitions expired
 */
export const archiveBatches =
  ({ archive, batchLog, options = ARCHIVE_DEFAULTS }: ArchivePorts) =>
  async (
    nowMs: number,
    isBusy: () => Promise<boolean> = async () => false,
  ): Promise<{ archived: number; merged: number; expired: number }> => {
    let archived = 0;
    for (let round = 0; round < MAX_ROUNDS && !(await isBusy()); round++) {
      if (!(await isDue({ archive, batchLog, options }, nowMs))) break;
      archived += await archive.add({ maxItems: options.minItems });
    }

    const expired = await archive.expire({ day: dayOf(nowMs - options.keepDays * DAY), nowMs });
    let merged = 0;
    for (const { kind, day, files } of await archive.partitions()) {
      if (await isBusy()) break;
      if (files.filter((records) => records < options.smallRecords).length < options.mergeFrom) continue;
      await archive.merge({ kind, day, belowRecords: options.smallRecords, nowMs });
      merged++;
    }
    await archive.sweep({ beforeMs: nowMs - options.graceMs });
    return { archived, merged, expired };
  };

interface ArchivePorts {
  archive: Archive;
  batchLog: Pick<BatchLog, 'backlog'>;
  options?: ArchiveOptions;
}

const isDue = async ({ archive, batchLog, options }: Required<ArchivePorts>, nowMs: number): Promise<boolean> => {
  const { items, oldestMs } = await archive.waiting();
  if (oldestMs === null) return false;
  // Dashboards come first: both would share one thread.
  if (items < options.minItems * PATIENCE && (await batchLog.backlog()) > 0) return false;
  return items >= options.minItems || nowMs - oldestMs >= options.maxWaitMs;
};

/** The day of a time, UTC, YYYY-MM-DD. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
