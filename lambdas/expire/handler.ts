import { installedSince } from '../../adapters/aws/installedSince.ts';
import { expireRollups } from '../../core/usecases/expireRollups.ts';
import { REMEMBERED_MS } from '../../core/usecases/resendBatches.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { rollupStore } from '../rollupStore.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const rollups = rollupStore(env);
const client = documentClient();
const retention = { minuteDays: env.MINUTE_DAYS, hourDays: env.HOUR_DAYS, dayDays: env.DAY_DAYS };

export const handler = scheduled(async ({ nowMs }) => {
  const installedMs = await installedSince({ client, table: env.ROLLUPS_TABLE, nowMs });
  const partitions = await expireRollups({ rollups }, retention, installedMs)(nowMs);
  await rollups.forgetApplied(nowMs - REMEMBERED_MS);
  return { partitions };
});
