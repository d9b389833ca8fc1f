import type { CloudWatchLogsEvent } from 'aws-lambda';
import { readLogDelivery } from '../../adapters/aws/logDelivery.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { takeBedrockLogs } from '../../core/usecases/takeBedrockLogs.ts';
import { doorOf } from '../door.ts';
import { readEnvironment } from '../environment.ts';
import { sha256 } from '../hash.ts';
import { log } from '../log.ts';
import { emit } from '../metrics.ts';
import { s3Client } from '../s3Client.ts';
import { shell } from '../shell.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const door = doorOf(env);
const take = takeBedrockLogs({ log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }), hash: sha256 });

/** What a subscription of CloudWatch Logs delivers; what fails is tried again by Lambda, then parked. */
export const handler = shell<CloudWatchLogsEvent, void>(async ({ awslogs }) => {
  const { problems, ...report } = await take(readLogDelivery(awslogs.data), { ...(await door()), nowMs: Date.now() });
  if (report.accepted > 0 && !report.isDuplicate) emit(OWN.ingestedItems, report.accepted);
  if (report.rejected > 0) emit(OWN.rejectedItems, report.rejected);
  if (problems.length > 0) log.warn('some logged calls cannot be taken', { rejected: report.rejected, problems });
  log.info('delivered', { ...report });
});
