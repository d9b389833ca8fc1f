import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { ingestRoutes } from '../../adapters/http/ingestRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { doorOf } from '../door.ts';
import { readEnvironment } from '../environment.ts';
import { httpFunction } from '../http.ts';
import { emit } from '../metrics.ts';
import { s3Client } from '../s3Client.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const keep = ingest({ log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }) });

const counted: typeof keep = async (principal, request) => {
  const receipt = await keep(principal, request);
  if (!receipt.duplicate) {
    emit(OWN.ingestedItems, receipt.accepted);
    if (receipt.rejected > 0) emit(OWN.rejectedItems, receipt.rejected);
  }
  return receipt;
};

export const handler = httpFunction((place) =>
  serveRoutes(place, [ingestRoutes({ ingest: counted, door: doorOf(env) })]),
);
