import type { RollupStore } from '../ports.ts';
import { DAY, expiryFamily, familyOf, HOUR, partitionSpan, SAMPLES, stepsOf } from '../telemetry/families.ts';

/** How long rollups are kept, days: of steps below an hour, of hours, of days. */
export interface RollupRetention {
  minuteDays: number;
  hourDays: number;
  dayDays: number;
}

/** 35 days, 120 days, 15 months. */
export const DEFAULT_RETENTION: RollupRetention = { minuteDays: 35, hourDays: 120, dayDays: 456 };

/**
 * Drops rollups that are older than their step's retention. Partitions that wait for compaction keep their whole step
 * and all coarser ones until it is done, since the coarser step does not hold them yet.
 * Days that were over their retention when this installation began can only have been imported: they are kept.
 * What is imported later for a time between those and its step's retention is not: `expiredBefore` sends it to days, and
 * days older than theirs are dropped at the next call.
 *
 * @param installedMs when this installation began, epoch ms
 * @returns partitions dropped
 */
export const expireRollups =
  (ports: { rollups: RollupStore }, retention: RollupRetention, installedMs: number) =>
  async (nowMs: number): Promise<number> => {
    const loose = await ports.rollups.loosePartitions();
    // Families that expire together wait together: what is loose in one may belong to another.
    const isWaiting = (family: string, stepMs: number, beforeMs: number) =>
      loose.some((part) => expiryFamily(part.family) === family && part.stepMs <= stepMs && part.startMs < beforeMs);
    let dropped = 0;
    const families = (await ports.rollups.families()).map(expiryFamily);
    for (const family of new Set([SAMPLES.name, ...families])) {
      let beforeMs = nowMs;
      // From the finest step on: a step is never dropped before a finer one, whose rows go into it.
      for (const stepMs of stepsOf(familyOf(family))) {
        const days = stepMs < HOUR ? retention.minuteDays : stepMs < DAY ? retention.hourDays : retention.dayDays;
        const span = partitionSpan(stepMs);
        beforeMs = Math.floor(Math.min(beforeMs, nowMs - days * DAY) / span) * span;
        if (isWaiting(family, stepMs, beforeMs)) break;
        const fromMs = stepMs < DAY ? 0 : Math.max(0, Math.floor((installedMs - days * DAY) / span) * span);
        dropped += await ports.rollups.expire({ family, stepMs, fromMs, beforeMs });
      }
    }
    return dropped;
  };
