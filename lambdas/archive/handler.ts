import { SQSClient } from '@aws-sdk/client-sqs';
import { announceBatches } from '../../adapters/aws/announceBatches.ts';
import { s3Archive } from '../../adapters/aws/archive/s3Archive.ts';
import { appliedIn } from '../../adapters/aws/rollups/apply.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { DAY } from '../../core/telemetry/families.ts';
import { missedLately, resendBatches } from '../../core/usecases/resendBatches.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { PATIENCE } from '../patience.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** Items of one file of each kind and day, at most: as many as the function's memory holds easily. */
const MAX_ITEMS = 200_000;
/** A job takes half a minute at most; with less time left than this none is begun. */
const ENOUGH_MS = 120_000;

const env = readEnvironment(Env, process.env);
const [s3, client] = [s3Client(), documentClient()];
const inTable = { client, table: env.ROLLUPS_TABLE };
const archive = s3Archive({
  s3,
  bucket: env.DATA_BUCKET,
  ...inTable,
  onGone: (batchId) => log.error('a batch was deleted before it was archived', { batchId }),
});
const resend = resendBatches({
  log: s3BatchLog({ client: s3, bucket: env.DATA_BUCKET }),
  rollups: { applied: appliedIn(inTable) },
  announce: announceBatches({ client: new SQSClient(PATIENCE), url: env.BATCH_QUEUE_URL }),
});

export const handler = scheduled(async ({ nowMs, remainingMs }) => {
  const isShort = () => remainingMs() < ENOUGH_MS;
  const resent = await resend(missedLately(nowMs), isShort);
  const expired = await archive.expire({ day: dayOf(nowMs - env.ARCHIVE_DAYS * DAY), nowMs });
  const archived = { batches: 0, items: 0 };
  while (!isShort()) {
    const { batches, items } = await archive.add({ maxItems: MAX_ITEMS });
    if (batches === 0) break;
    archived.batches += batches;
    archived.items += items;
  }
  return { ...archived, expired, resent };
});

/** The day of a time, UTC, YYYY-MM-DD. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
