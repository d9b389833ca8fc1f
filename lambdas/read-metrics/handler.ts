import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { cloudWatchMetrics } from '../../adapters/aws/cloudWatchMetrics.ts';
import { quietNamespaces } from '../../adapters/aws/quietNamespaces.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { readProviderMetrics } from '../../core/usecases/readProviderMetrics.ts';
import { readEnvironment } from '../environment.ts';
import { sha256 } from '../hash.ts';
import { log } from '../log.ts';
import { emit } from '../metrics.ts';
import { PATIENCE } from '../patience.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** A first endpoint or job is seen so much later; a first call of Bedrock at the next read. Idle accounts pay $0.17 a month less. */
const SAGEMAKER_REST_MS = 15 * 60_000;

const env = readEnvironment(Env, process.env);
const read = readProviderMetrics({
  metrics: quietNamespaces(cloudWatchMetrics({ client: new CloudWatchClient(PATIENCE) }), {
    restMs: (namespace) => (namespace.startsWith('AWS/Bedrock') ? 0 : SAGEMAKER_REST_MS),
    now: Date.now,
  }),
  log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }),
  hash: sha256,
});

export const handler = scheduled(async ({ nowMs }) => {
  const { receipts, ...report } = await read({
    sources: [...(env.BEDROCK ? (['bedrock'] as const) : []), ...(env.SAGEMAKER ? (['sagemaker'] as const) : [])],
    account: env.ACCOUNT,
    region: process.env.AWS_REGION ?? '',
    nowMs,
    everyMin: env.READ_EVERY_MIN,
    maxMetrics: env.MAX_METRICS_PER_READ,
  });
  const fresh = receipts.filter(({ duplicate }) => !duplicate).reduce((sum, { accepted }) => sum + accepted, 0);
  if (fresh > 0) emit(OWN.ingestedItems, fresh);
  if (report.leftOut > 0 || !report.isListed)
    log.warn('not all metrics were read: aws.sources.maxMetricsPerRead bounds them', { leftOut: report.leftOut });
  if (report.failed > 0) log.warn('CloudWatch could not answer for some metrics', { failed: report.failed });
  return { ...report };
});
