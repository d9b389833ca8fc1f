import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { Config } from '../core/config.ts';
import type { Env as ApiEnv } from '../lambdas/api/env.ts';
import type { Env as ArchiveEnv } from '../lambdas/archive/env.ts';
import type { Env as AuthoriseEnv } from '../lambdas/authorise/env.ts';
import type { Env as BedrockLogsEnv } from '../lambdas/bedrock-logs/env.ts';
import type { Env as CompactEnv } from '../lambdas/compact/env.ts';
import type { Env as ConfigureEnv } from '../lambdas/configure/env.ts';
import type { Env as EstimateCostsEnv } from '../lambdas/estimate-costs/env.ts';
import type { Env as ExpireEnv } from '../lambdas/expire/env.ts';
import type { Env as HeartbeatEnv } from '../lambdas/heartbeat/env.ts';
import type { Env as IngestEnv } from '../lambdas/ingest/env.ts';
import type { Env as InventoryEnv } from '../lambdas/inventory/env.ts';
import type { Env as ObserveEnv } from '../lambdas/observe/env.ts';
import type { Env as ReadMetricsEnv } from '../lambdas/read-metrics/env.ts';
import type { Env as ReconcileBillEnv } from '../lambdas/reconcile-bill/env.ts';
import type { Env as RollUpEnv } from '../lambdas/roll-up/env.ts';
import type { TokenIssuer } from './constructs/login.ts';
import type { FunctionName } from './functions.ts';
import type { DataStack } from './stacks/data.ts';

const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

const tagsOf = ({ deployments }: Config) => Object.entries(deployments).map(([name, { tags }]) => [name, tags]);

export interface EnvironmentsProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly tokens: TokenIssuer;
}

/** Where rollups live: for every function that reads or writes them. */
export const rollupStoreEnvironment = ({ config, data }: Pick<EnvironmentsProps, 'config' | 'data'>) => ({
  DATA_BUCKET: data.bucket.bucketName,
  ROLLUPS_TABLE: data.rollupsTable.tableName,
  TIME_SERIES_STORE: config.aws.timeSeriesStore,
  TIMESTREAM_DATABASE: data.timestream?.databaseName,
  TIMESTREAM_TABLE: data.timestream?.attrName,
});

/** The environment of every function of the application but the heartbeat's, which needs the API first, and `iamEnvironment`. */
export const environments = ({ config, data, tokens }: EnvironmentsProps) => {
  const { retention, cardinality, aws } = config;
  const DATA_BUCKET = data.bucket.bucketName;
  const ROLLUPS_TABLE = data.rollupsTable.tableName;
  const STATE_TABLE = data.stateTable.tableName;
  const BATCH_QUEUE_URL = data.batchQueue.queue.queueUrl;
  const rollupStore = rollupStoreEnvironment({ config, data });
  const door = {
    DATA_BUCKET,
    KEEP_CONTENT: String(config.keepContent),
    REPLICA_LABELS: config.replicaLabels.join(','),
    HASH_SECRET_ARN: data.hashSecret?.secretArn,
  };
  return {
    ingest: door satisfies z.input<typeof IngestEnv>,
    api: { ...rollupStore, STATE_TABLE, BATCH_QUEUE_URL } satisfies z.input<typeof ApiEnv>,
    authorise: {
      STATE_TABLE,
      OIDC_ISSUER: tokens.issuer,
      OIDC_AUDIENCE: tokens.audience.join(','),
      ROLES_CLAIM: tokens.rolesClaim,
      TEAMS_CLAIM: tokens.teamsClaim,
    } satisfies z.input<typeof AuthoriseEnv>,
    'roll-up': {
      ...rollupStore,
      STATE_TABLE,
      VALUES_PER_DIMENSION: String(cardinality.valuesPerDimension),
      VALUES_PER_CLIENT: String(cardinality.valuesPerClient),
      SERIES_PER_FAMILY: String(cardinality.seriesPerFamily),
    } satisfies z.input<typeof RollUpEnv>,
    compact: rollupStore satisfies z.input<typeof CompactEnv>,
    'estimate-costs': {
      ...rollupStore,
      STATE_TABLE,
      MINUTE_DAYS: String(retention.minuteDays),
      COSTS_VERSION: hashOf([config.costs, config.prices, tagsOf(config)]),
    } satisfies z.input<typeof EstimateCostsEnv>,
    inventory: {
      DATA_BUCKET,
      ACCOUNT: data.account,
      COSTS_VERSION: hashOf(tagsOf(config)),
    } satisfies z.input<typeof InventoryEnv>,
    'reconcile-bill': {
      DATA_BUCKET,
      ACCOUNT: data.account,
      PAGES_PER_DAY: String(aws.costExplorer.pagesPerDay),
      COSTS_VERSION: hashOf([config.costs, config.deployments]),
    } satisfies z.input<typeof ReconcileBillEnv>,
    expire: {
      ...rollupStore,
      MINUTE_DAYS: String(retention.minuteDays),
      HOUR_DAYS: String(retention.hourDays),
      DAY_DAYS: String(retention.dayDays),
    } satisfies z.input<typeof ExpireEnv>,
    archive: {
      DATA_BUCKET,
      ROLLUPS_TABLE,
      BATCH_QUEUE_URL,
      ARCHIVE_DAYS: String(retention.archiveDays),
    } satisfies z.input<typeof ArchiveEnv>,
    observe: { DATA_BUCKET, STATE_TABLE } satisfies z.input<typeof ObserveEnv>,
    'read-metrics': {
      DATA_BUCKET,
      ACCOUNT: data.account,
      BEDROCK: String(aws.sources.bedrock),
      SAGEMAKER: String(aws.sources.sagemaker),
      READ_EVERY_MIN: String(aws.sources.readEveryMin),
      MAX_METRICS_PER_READ: String(aws.sources.maxMetricsPerRead),
    } satisfies z.input<typeof ReadMetricsEnv>,
    'bedrock-logs': door satisfies z.input<typeof BedrockLogsEnv>,
    configure: { STATE_TABLE, DATA_BUCKET } satisfies z.input<typeof ConfigureEnv>,
  } satisfies Partial<Record<FunctionName, Record<string, string | undefined>>>;
};

/** The heartbeat's. @param apiUrl without a slash at its end */
export const heartbeatEnvironment = (apiUrl: string) => ({ API_URL: apiUrl }) satisfies z.input<typeof HeartbeatEnv>;

/** Whom the API knows of those that sign with IAM: the heartbeat, which sends and asks, and whom the configuration names. */
export const iamEnvironment = ({ aws }: Config, heartbeatRoleArn: string) =>
  ({
    IAM_CALLERS: JSON.stringify([
      { arn: heartbeatRoleArn, roles: ['writer', 'reader'], teams: ['*'] },
      ...aws.iamCallers,
    ] satisfies Config['aws']['iamCallers']),
  }) satisfies Pick<z.input<typeof ApiEnv>, 'IAM_CALLERS'>;
