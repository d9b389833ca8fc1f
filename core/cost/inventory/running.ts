import { HOUR } from '../../telemetry/families.ts';
import { type InventoryDay, identityOf } from './day.ts';
import type { InventoryResource } from './resource.ts';

/** How long something is taken to run on after it was listed, where the next listing is missing or later than that. */
const HOLD_MS = 1.5 * HOUR;

export type ListedResource = Omit<InventoryResource, 'count'>;

/** A resource in one hour. */
export interface RunningHour {
  startMs: number;
  resource: ListedResource;
  /** How many ran for how much of the hour. */
  instanceHours: number;
}

interface Range {
  fromMs: number;
  toMs: number;
}

/**
 * How long each resource ran in the hours that begin in [fromMs, toMs). Between two listings that both have it, it ran all the
 * time. One that was launched in between ran from its launch; one that is gone in the next ran half of the time up to it,
 * since nothing tells when it ended, which is off by half an hour either way.
 *
 * @param days the days of the range and one on either side, as far as there are any, oldest first
 * @param nowMs nothing runs after it
 */
export const runningHours = (
  days: readonly InventoryDay[],
  { fromMs, toMs, nowMs }: Range & { nowMs: number },
): RunningHour[] => {
  const times = days.flatMap(({ timesMs }) => timesMs);
  const hours = new Map<string, RunningHour>();
  for (const [identity, { resource, counts }] of series(days))
    for (const [i, atMs] of times.entries()) {
      const count = counts.get(i) ?? 0;
      if (count === 0) continue;
      const begin = beginOf({ times, i, wasThere: (counts.get(i - 1) ?? 0) > 0, launchedMs: resource.launchedMs });
      const end = endOf({ times, i, isThere: (counts.get(i + 1) ?? 0) > 0 });
      for (const { startMs, part } of partsOf({ fromMs: begin, toMs: Math.min(end, nowMs) })) {
        if (startMs < fromMs || startMs >= toMs) continue;
        const key = `${startMs} ${identity}`;
        const known = hours.get(key);
        if (known) known.instanceHours += count * part;
        else hours.set(key, { startMs, resource, instanceHours: count * part });
      }
      if (atMs >= toMs + HOLD_MS) break;
    }
  return [...hours.values()].filter(({ instanceHours }) => instanceHours > 0);
};

/** Counts by resource, by the number of the listing over all days. */
const series = (days: readonly InventoryDay[]) => {
  const rows = new Map<string, { resource: ListedResource; counts: Map<number, number> }>();
  let before = 0;
  for (const { timesMs, resources } of days) {
    for (const { counts, ...resource } of resources) {
      const identity = identityOf(resource);
      const row = rows.get(identity) ?? { resource, counts: new Map<number, number>() };
      rows.set(identity, row);
      for (const [i, count] of counts.entries()) if (count > 0) row.counts.set(before + i, count);
    }
    before += timesMs.length;
  }
  return rows;
};

const beginOf = (at: { times: readonly number[]; i: number; wasThere: boolean; launchedMs: number }): number => {
  const { times, i, wasThere, launchedMs } = at;
  const atMs = times[i]!;
  const previous = times[i - 1];
  if (previous !== undefined && wasThere) return Math.max((previous + atMs) / 2, launchedMs);
  if (previous !== undefined && launchedMs > previous) return launchedMs;
  const half = previous === undefined ? atMs - HOLD_MS : (previous + atMs) / 2;
  return Math.max(half, atMs - HOLD_MS, launchedMs);
};

const endOf = ({ times, i, isThere }: { times: readonly number[]; i: number; isThere: boolean }): number => {
  const atMs = times[i]!;
  const next = times[i + 1];
  if (next === undefined) return atMs + HOLD_MS;
  const half = (atMs + next) / 2;
  return isThere ? half : Math.min(half, atMs + HOLD_MS);
};

/** A stretch of time cut at full hours, with the part of each hour that it is. */
function* partsOf({ fromMs, toMs }: Range): Generator<{ startMs: number; part: number }> {
  for (let startMs = Math.floor(fromMs / HOUR) * HOUR; startMs < toMs; startMs += HOUR)
    yield { startMs, part: (Math.min(startMs + HOUR, toMs) - Math.max(startMs, fromMs)) / HOUR };
}
