import { installedSince } from '../../adapters/aws/installedSince.ts';
import { DAY } from '../../core/telemetry/families.ts';
import { expireRollups } from '../../core/usecases/expireRollups.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { rollupStore } from '../rollupStore.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** Applied batches are remembered for as long as events are accepted and dead letters are kept: 35 and 14 days. */
const APPLIED_MS = 49 * DAY;

const env = readEnvironment(Env, process.env);
const rollups = rollupStore(env);
const client = documentClient();
const retention = { minuteDays: env.MINUTE_DAYS, hourDays: env.HOUR_DAYS, dayDays: env.DAY_DAYS };

export const handler = scheduled(async ({ nowMs }) => {
  const installedMs = await installedSince({ client, table: env.ROLLUPS_TABLE, nowMs });
  const partitions = await expireRollups({ rollups }, retention, installedMs)(nowMs);
  await rollups.forgetApplied(nowMs - APPLIED_MS);
  return { partitions };
});
