import { zstd } from '../../adapters/zstd.ts';
import { compact } from '../../core/usecases/compact.ts';
import { readEnvironment } from '../environment.ts';
import { rollupStore } from '../rollupStore.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** One day of a family takes seconds at most; what is left of a run after this is for tidying up. */
const ENOUGH_MS = 90_000;

const rollups = rollupStore(readEnvironment(Env, process.env));
const compaction = compact({ rollups, compression: zstd() });

export const handler = scheduled(async ({ nowMs, remainingMs }) => {
  const days = await compaction(nowMs, { isBusy: async () => remainingMs() < ENOUGH_MS });
  await rollups.tidy(nowMs);
  return { days };
});
