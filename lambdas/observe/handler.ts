import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { Envelope } from '../../core/sources/eventBridge/observer.ts';
import { DAY, MINUTE } from '../../core/telemetry/families.ts';
import { observe } from '../../core/usecases/observe.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { sha256 } from '../hash.ts';
import { log } from '../log.ts';
import { emit } from '../metrics.ts';
import { s3Client } from '../s3Client.ts';
import { shell } from '../shell.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const take = observe({
  log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }),
  deployments: dynamoDeploymentStore({ client: documentClient(), table: env.STATE_TABLE }),
  hash: sha256,
});
/** What announcements hold has no texts of prompts to keep. */
const DOOR = { maxAgeMs: 35 * DAY, maxAheadMs: 10 * MINUTE, keepContent: false };

/** What EventBridge delivers; what fails is tried again by Lambda, then parked. */
export const handler = shell<unknown, void>(async (event) => {
  const outcome = await take(Envelope.parse(event), { ...DOOR, nowMs: Date.now() });
  if (outcome.kind === 'kept') emit(OWN.ingestedItems, 1);
  log.info('announced', { ...outcome });
});
