import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { dynamoNoticeStore } from '../../adapters/aws/dynamoNoticeStore.ts';
import { healthOf } from '../../adapters/aws/health.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { costRoutes } from '../../adapters/http/costRoutes.ts';
import { deploymentRoutes } from '../../adapters/http/deploymentRoutes.ts';
import { exportRoutes } from '../../adapters/http/exportRoutes.ts';
import { noticeRoutes } from '../../adapters/http/noticeRoutes.ts';
import { queryCsv } from '../../adapters/http/queryCsv.ts';
import { queryRoutes } from '../../adapters/http/queryRoutes.ts';
import { serviceRoutes } from '../../adapters/http/serviceRoutes.ts';
import { serveRoutes } from '../../adapters/http/shell.ts';
import { zstd } from '../../adapters/zstd.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { catalog, dimensionValues } from '../../core/usecases/catalog.ts';
import { costing } from '../../core/usecases/costing.ts';
import { configuredBudgets } from '../../core/usecases/costsConfiguration.ts';
import { getDeployment, listDeployments, putDeployment } from '../../core/usecases/deployments.ts';
import { listNotices } from '../../core/usecases/notices.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { httpFunction } from '../http.ts';
import { PATIENCE } from '../patience.ts';
import { rollupStore } from '../rollupStore.ts';
import { s3Client } from '../s3Client.ts';
import { Env } from './env.ts';
import { whenAsked } from './exports.ts';

/** Open blocks that are kept from question to question: a quarter of the function's memory. */
const BLOCK_CACHE_BYTES = 256 * 1024 * 1024;

const env = readEnvironment(Env, process.env);
const rollups = rollupStore(env);
const compression = zstd();
const reading = { rollups, reader: blockReader({ rollups, compression }, BLOCK_CACHE_BYTES) };
const query = runQuery(reading);
const state = { client: documentClient(), table: env.STATE_TABLE };
const deployments = dynamoDeploymentStore(state);
const notices = dynamoNoticeStore(state);
const exports = whenAsked(async () => {
  const { archiveExports } = await import('./archiveExports.ts');
  return archiveExports({ bucket: env.DATA_BUCKET, table: env.ROLLUPS_TABLE, rollups });
});
const documents = s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET });
const queue = { client: new SQSClient(PATIENCE), url: env.BATCH_QUEUE_URL };

export const handler = httpFunction(
  (place) =>
    serveRoutes(place, [
      queryRoutes({ query, queryCsv: queryCsv(query), catalog: catalog(reading), dimension: dimensionValues(reading) }),
      costRoutes(costing({ documents, compression, query, budgets: configuredBudgets({ documents }) })),
      deploymentRoutes({
        listDeployments: listDeployments({ deployments }),
        getDeployment: getDeployment({ deployments }),
        putDeployment: putDeployment({ deployments }),
      }),
      noticeRoutes({ listNotices: listNotices({ notices, deployments }) }),
      exportRoutes(exports),
      serviceRoutes({ health: healthOf({ rollups, queue, now: place.now }) }),
    ]),
  { iam: { callers: env.IAM_CALLERS, unnamed: [] } },
);
