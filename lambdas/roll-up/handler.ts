import { BatchNotice } from '../../adapters/aws/batchNotice.ts';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { zstd } from '../../adapters/zstd.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { cardinalityGuard } from '../../core/rollups/cardinality.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { rollUpBatches } from '../../core/usecases/rollUpBatches.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { emit } from '../metrics.ts';
import { rollupStore } from '../rollupStore.ts';
import { s3Client } from '../s3Client.ts';
import { sqsBatch } from '../sqsBatch.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const rollUp = rollUpBatches({
  log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }),
  rollups: rollupStore(env),
  deployments: dynamoDeploymentStore({ client: documentClient(), table: env.STATE_TABLE }),
  compression: zstd(),
  guard: cardinalityGuard({
    valuesPerDimension: env.VALUES_PER_DIMENSION,
    valuesPerClient: env.VALUES_PER_CLIENT,
    seriesPerFamily: env.SERIES_PER_FAMILY,
  }),
  sightingsWithinMs: HOUR, // each is a write that is paid for
});

export const handler = sqsBatch({
  schema: BatchNotice,
  async work(notices) {
    const oldestMs = await rollUp(notices.flat(), Date.now());
    if (oldestMs !== undefined) emit(OWN.rollupLag, Math.max(0, Date.now() - oldestMs) / 1000);
  },
});
