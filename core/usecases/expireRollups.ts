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
 * until it is done, since the coarser step does not hold them yet.
 *
 * @returns partitions dropped
 */
export const expireRollups =
  (ports: { rollups: RollupStore }, retention: RollupRetention) =>
  async (nowMs: number): Promise<number> => {
    const loose = await ports.rollups.loosePartitions();
    let dropped = 0;
    for (const family of new Set([SAMPLES.name, ...(await ports.rollups.families())])) {
      for (const stepMs of stepsOf(familyOf(family))) {
        const days = stepMs < HOUR ? retention.minuteDays : stepMs < DAY ? retention.hourDays : retention.dayDays;
        const span = partitionSpan(stepMs);
        const beforeMs = Math.floor((nowMs - days * DAY) / span) * span;
        // Families that expire together wait together: what is loose in one may belong to another.
        const isWaiting = loose.some(
          (part) =>
            expiryFamily(part.family) === expiryFamily(family) && part.stepMs <= stepMs && part.startMs < beforeMs,
        );
        if (!isWaiting) dropped += await ports.rollups.expire({ family, stepMs, beforeMs });
      }
    }
    return dropped;
  };
