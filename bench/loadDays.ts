import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settledDiskBytes } from './diskUse.ts';
import { sendAll } from './sendAll.ts';
import { queryable, type RunningSystem, type TimeRange, tidy } from './systems.ts';
import { type Workload, writeBodies } from './workload.ts';

export const DAY = 86_400_000;

/** Sends the same events to all of them, one system after the other, day by day, so that one day's bodies are on the disk. */
export const loadDays = async (
  running: readonly RunningSystem[],
  { days, eventsPerDay, loaded }: { days: number; eventsPerDay: number; loaded: TimeRange },
): Promise<void> => {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    for (let day = 0; day < days; day++) {
      const startMs = loaded.fromMs + day * DAY;
      const workload: Workload = {
        seed: 1 + day,
        events: eventsPerDay,
        startMs,
        endMs: startMs + DAY,
        eventsPerBody: 500,
        order: 'time',
      };
      const file = join(scratch, 'bodies');
      await writeBodies(file, workload);
      for (const { url, system } of running) {
        const sent = await sendAll({ url: `${url}/v1/events`, file, senders: 2 });
        console.log(`day ${day + 1} ${system.name}: ${Math.round(sent.eventsPerS)} events/s`);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** Waits until all events can be queried and nothing changes any more, so that no background work is timed. */
export const settle = async (running: RunningSystem, loaded: TimeRange, events: number): Promise<number> => {
  for (let tries = 0; ; tries++) {
    const count = await queryable(running, loaded);
    if (count === events) break;
    if (tries > 600) throw new Error(`${running.system.name} counts ${count} of ${events} events`);
    await sleep(100);
  }
  await tidy(running);
  const settled = await settledDiskBytes({ folder: running.folder, quietMs: 20_000, timeoutMs: 300_000 });
  if (!settled.isSettled) console.log(`${running.system.name}'s folder is still changing`);
  return settled.bytes;
};
