import { expect, it } from 'vitest';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { DAY } from '../../core/telemetry/families.ts';
import { DEFAULT_RETENTION, expireRollups } from '../../core/usecases/expireRollups.ts';

it('keeps imported days that were over their retention when the installation began, and drops its own when they are', async () => {
  const installedMs = 20_000 * DAY;
  const laterMs = installedMs + 600 * DAY;
  const rollups = memoryRollupStore();
  const family = 'inference.team';
  const days = [installedMs - 1_000 * DAY, installedMs + 10 * DAY, laterMs - DAY];
  const bytes = new Uint8Array();
  await rollups.replace({ remove: [], add: days.map((startMs) => ({ family, stepMs: DAY, startMs, bytes })) });

  await expireRollups({ rollups }, DEFAULT_RETENTION, installedMs)(laterMs);

  const kept = await rollups.list({ family, stepMs: DAY, fromMs: 0, toMs: laterMs });
  expect(kept.map(({ startMs }) => startMs)).toEqual([days[0], days[2]]);
});
