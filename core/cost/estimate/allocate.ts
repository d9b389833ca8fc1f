import type { Line } from '../entry.ts';
import { shares } from './share.ts';
import type { Capacity, Slot } from './types.ts';

/** A part of a resource's hours, and for whom. */
export interface Allocation {
  /** undefined = nobody's. */
  deployment: string | undefined;
  line: Line;
  instanceHours: number;
}

/**
 * Who a resource's hours are for: by GPU-time where it is measured, and what idles to those that hold it, by their memory;
 * else by how long calls kept it at work. The parts add up to the whole.
 *
 * @param busyMs how long the calls of a deployment took in that hour; 0 = it had none
 */
export const allocate = (capacity: Capacity, busyMs: (deployment: string) => number): Allocation[] => {
  const { instanceHours, slots, deployments } = capacity;
  if (slots && slots.length > 0) {
    const measured = slots.flatMap((slot) => bySlot(slot, instanceHours * slot.weight));
    // Slots that nothing reports of: nobody is seen to use them.
    const rest = 1 - slots.reduce((sum, { weight }) => sum + weight, 0);
    if (rest > 1e-9) measured.push({ deployment: undefined, line: 'idle', instanceHours: instanceHours * rest });
    return merged(measured);
  }
  if (deployments.length === 0) return [{ deployment: undefined, line: 'idle', instanceHours }];
  const busy = deployments.map(busyMs);
  const line: Line = busy.some((ms) => ms > 0) ? 'work' : 'idleHeld';
  return shares(instanceHours, busy).flatMap((hours, i) =>
    hours > 0 ? [{ deployment: deployments[i]!, line, instanceHours: hours }] : [],
  );
};

/** A slot's hours: to who worked on it as long as it did, what remains to who holds it. */
const bySlot = ({ users, holders }: Slot, hours: number): Allocation[] => {
  // Several that each report the whole of a shared GPU's time would be more than there is.
  const together = users.reduce((sum, { busyRatio }) => sum + busyRatio, 0);
  const scale = together > 1 ? 1 / together : 1;
  const work = users
    .filter(({ busyRatio }) => busyRatio > 0)
    .map(
      ({ deployment, busyRatio }): Allocation => ({
        deployment,
        line: 'work',
        instanceHours: hours * busyRatio * scale,
      }),
    );
  const idle = hours * Math.max(0, 1 - together);
  if (idle === 0) return work;
  if (holders.length === 0) return [...work, { deployment: undefined, line: 'idle', instanceHours: idle }];
  const held = shares(
    idle,
    holders.map((holder) => holder.held),
  );
  return [
    ...work,
    ...holders.map(({ deployment }, i): Allocation => ({ deployment, line: 'idleHeld', instanceHours: held[i]! })),
  ];
};

const merged = (allocations: readonly Allocation[]): Allocation[] => {
  const byKey = new Map<string, Allocation>();
  for (const { deployment, line, instanceHours } of allocations) {
    const key = JSON.stringify([deployment ?? null, line]);
    const known = byKey.get(key);
    if (known) known.instanceHours += instanceHours;
    else byKey.set(key, { deployment, line, instanceHours });
  }
  return [...byKey.values()];
};
