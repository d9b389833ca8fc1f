import { SNSClient } from '@aws-sdk/client-sns';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { dynamoNoticeStore } from '../../adapters/aws/dynamoNoticeStore.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { snsNotifier } from '../../adapters/aws/snsNotifier.ts';
import { zstd } from '../../adapters/zstd.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { configuredBudgets } from '../../core/usecases/costsConfiguration.ts';
import { evaluateBudgets } from '../../core/usecases/evaluateBudgets.ts';
import { evaluateFleet } from '../../core/usecases/evaluateFleet.ts';
import { evaluateSources } from '../../core/usecases/evaluateSources.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { PATIENCE } from '../patience.ts';
import { rollupStore } from '../rollupStore.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** Open blocks that both evaluations may share. */
const BLOCK_CACHE_BYTES = 64 * 1024 * 1024;

const env = readEnvironment(Env, process.env);
const client = documentClient();
const rollups = rollupStore(env);
const state = { client, table: env.STATE_TABLE };
const ports = {
  query: runQuery({ rollups, reader: blockReader({ rollups, compression: zstd() }, BLOCK_CACHE_BYTES) }),
  deployments: dynamoDeploymentStore(state),
  notices: dynamoNoticeStore(state),
  notifier: snsNotifier({
    client: new SNSClient(PATIENCE),
    topics: { critical: env.TOPIC_CRITICAL, warning: env.TOPIC_WARNING, info: env.TOPIC_INFO },
  }),
};
const options = {
  runbookUrl: env.RUNBOOK_URL,
  vramPercent: env.VRAM_PERCENT,
  gpuIdlePercent: env.GPU_IDLE_PERCENT,
  gpuIdleMin: env.GPU_IDLE_MIN,
};
const documents = s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET });
const budgets = evaluateBudgets(
  {
    ...ports,
    documents,
    configured: configuredBudgets({ documents }),
    ledger: ledger({ documents, compression: zstd() }),
  },
  options,
);
const fleet = evaluateFleet(ports, options);
const sources = evaluateSources(ports, options);

export const handler = scheduled(async ({ nowMs }) => ({
  fleet: await fleet(nowMs),
  sources: await sources(nowMs),
  budgets: await budgets(nowMs),
}));
