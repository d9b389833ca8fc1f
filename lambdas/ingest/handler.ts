import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { ingestRoutes } from '../../adapters/http/ingestRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { countItems } from '../../core/telemetry/decoded.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { doorOf } from '../door.ts';
import { readEnvironment } from '../environment.ts';
import { httpFunction } from '../http.ts';
import { log } from '../log.ts';
import { emit } from '../metrics.ts';
import { s3Client } from '../s3Client.ts';
import { Env } from './env.ts';
import { warmUpEvent, warmUpS3 } from './warmUp.ts';

const env = readEnvironment(Env, process.env);
const client = s3Client();
const keep = ingest({ log: s3BatchLog({ client, bucket: env.DATA_BUCKET }) });

const counted: typeof keep = async (principal, request) => {
  const rejected = countItems(request.decoded.rejected);
  if (rejected > 0) emit(OWN.rejectedItems, rejected);
  const receipt = await keep(principal, request);
  if (!receipt.duplicate && receipt.accepted > 0) emit(OWN.ingestedItems, receipt.accepted);
  return receipt;
};

export const handler = httpFunction(
  (place) => serveRoutes(place, [ingestRoutes({ ingest: counted, door: doorOf(env) })]),
  // Whoever the configuration does not name may send, and nothing else.
  { iam: { callers: env.IAM_CALLERS, unnamed: ['writer'] }, warmUp: warmUpEvent(Date.now()) },
);
warmUpS3(client, env.DATA_BUCKET).catch((error: unknown) => log.warn('the warm-up failed', { error }));
