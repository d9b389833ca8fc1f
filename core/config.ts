import * as z from 'zod';
import { IamCaller } from './access/iam.ts';
import { type AwsBudgetPlan, awsBudgetPlan, ConfiguredBudget } from './cost/awsBudgets.ts';
import { type AttributionOptions, attributionBy, DEFAULT_TAG_KEYS } from './cost/bill/attribution.ts';
import type { BilledOptions } from './cost/bill/billedEntries.ts';
import { BudgetName } from './cost/budgets.ts';
import { PricesConfig } from './cost/prices/configuration.ts';
import type { DeploymentAttributes } from './ports.ts';
import { DEFAULT_LIMITS } from './rollups/cardinality.ts';
import { ARCHIVE_DEFAULTS } from './usecases/archiveBatches.ts';
import { DEFAULT_RETENTION } from './usecases/expireRollups.ts';

/**
 * modelmeter.yaml: one schema for one machine and for AWS. All of it has a default; an unknown name is an error. What is
 * under `aws` the local runtime checks and otherwise leaves alone, but for `runbookUrl`.
 */

const days = z.int().min(1).max(36_500);
const limit = z.int().min(1).max(10_000_000);
const name = z.string().min(1).max(256);

const Retention = z
  .strictObject({
    minuteDays: days.default(DEFAULT_RETENTION.minuteDays).describe('rollups finer than an hour'),
    hourDays: days.default(DEFAULT_RETENTION.hourDays).describe('hourly rollups'),
    dayDays: days.default(DEFAULT_RETENTION.dayDays).describe('daily rollups'),
    archiveDays: days.default(ARCHIVE_DEFAULTS.keepDays).describe('raw events, spans and logs'),
  })
  .refine(({ minuteDays, hourDays, dayDays }) => minuteDays <= hourDays && hourDays <= dayDays, {
    error: 'coarser steps must be kept at least as long as finer ones: minuteDays <= hourDays <= dayDays',
  });

const Cardinality = z.strictObject({
  valuesPerDimension: limit.default(DEFAULT_LIMITS.valuesPerDimension),
  valuesPerClient: limit.default(DEFAULT_LIMITS.valuesPerClient),
  seriesPerFamily: limit.default(DEFAULT_LIMITS.seriesPerFamily),
});

const attributes = {
  model: name.optional(),
  modelVersion: name.optional(),
  variant: name.optional(),
  owner: name.optional(),
  team: name.optional(),
  project: name.optional(),
  environment: name.optional(),
  provider: name.optional(),
  account: name.optional(),
  region: name.optional(),
  instanceType: name.optional(),
} satisfies Record<keyof DeploymentAttributes, z.ZodType>;
const Attributes = z.strictObject(attributes);

const Team = z.strictObject({
  owner: name.optional().describe('who answers for it, for example an e-mail address'),
  projects: z.array(name).default([]),
});

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
const severities = z.array(z.enum(SEVERITIES)).min(1).default(['critical', 'warning']);

const Channels = z.strictObject({
  slack: z
    .array(
      z.strictObject({
        workspaceId: z.string().regex(/^T[A-Z0-9]{2,20}$/, 'expected a Slack workspace id such as T0123ABCD'),
        channelId: z.string().regex(/^[CG][A-Z0-9]{2,20}$/, 'expected a Slack channel id such as C0123ABCD'),
        severities,
      }),
    )
    .default([]),
  teams: z
    .array(
      z.strictObject({
        teamId: z.uuid().describe('the id of the team in Microsoft Teams'),
        tenantId: z.uuid(),
        channelId: name.describe('as Teams gives it in the link to the channel, %3A and the like decoded'),
        severities,
      }),
    )
    .default([]),
  email: z.array(z.strictObject({ address: z.email(), severities })).default([]),
  sms: z
    .array(
      z.strictObject({
        number: z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number with its country code, such as +4930123456'),
        severities: z.array(z.enum(SEVERITIES)).min(1).default(['critical']),
      }),
    )
    .default([]),
});

/** Where alarms begin. */
const Thresholds = z.strictObject({
  vramFreeMib: z.number().nonnegative().default(1024).describe('a GPU with less free memory than this is nearly full'),
  vramPercent: z.number().min(1).max(100).default(97).describe('of a GPU, over a quarter of an hour'),
  gpuTemperatureC: z.number().min(30).max(120).default(85),
  gpuIdlePercent: z.number().min(0).max(100).default(2).describe('a GPU that never does more is idle'),
  gpuIdleMin: z.int().min(15).max(1440).default(60).describe('minutes that a GPU may hold memory and idle'),
  hostMemoryPercent: z.number().min(1).max(100).default(90),
  diskPercent: z.number().min(1).max(100).default(85),
  rollupLagMin: z.number().min(1).default(10).describe('minutes until an accepted batch is rolled up'),
  heartbeatAgeMin: z.number().min(10).default(20),
});

const Login = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cognito') }),
  z.strictObject({
    kind: z.literal('oidc'),
    issuer: z.url({ protocol: /^https$/, error: 'expected the issuer, an https:// address' }),
    audience: z.array(name).min(1),
    rolesClaim: name.default('modelmeter_roles').describe('claim with any of admin, writer, reader'),
    teamsClaim: name.default('modelmeter_teams').describe('claim with the teams that the caller is bound to'),
  }),
]);

const GpuFleet = z.strictObject({
  enabled: z.boolean().default(false),
  tag: z
    .strictObject({ key: name.default('modelmeter:gpu'), value: name.default('true') })
    .prefault({})
    .describe('instances with this tag get the agent'),
  measurements: z.enum(['essential', 'all']).default('essential').describe('five GPU measurements, or all seventeen'),
  dcgmPort: z.int().min(1).max(65_535).optional().describe('port of a DCGM exporter on the hosts, usually 9400'),
  vllmPort: z.int().min(1).max(65_535).optional().describe('port of a vLLM server on the hosts, usually 8000'),
  metricStream: z.boolean().default(false).describe('the fleet’s metrics also into the rollups; priced per update'),
});

const Sources = z.strictObject({
  bedrock: z.boolean().default(true),
  sagemaker: z.boolean().default(true),
  batch: z.boolean().default(true),
  pipelines: z.boolean().default(true).describe('CodePipeline, CodeDeploy and GitHub deployments'),
  inventory: z
    .boolean()
    .default(true)
    .describe('what runs by the hour: accelerated EC2 instances, SageMaker endpoints'),
  bedrockLogGroup: name.optional().describe('log group of model-invocation logging; metadata only is taken'),
  readEveryMin: z.int().min(1).max(60).default(5),
  maxMetricsPerRead: z.int().min(1).max(5_000).default(100).describe('bounds the bill of CloudWatch reads'),
});

/** Each page costs $0.01. */
const CostExplorer = z.strictObject({
  enabled: z.boolean().default(false).describe('asks Cost Explorer for the bill, once a day'),
  pagesPerDay: z.int().min(1).max(1_000).default(4).describe('paid for at most, $0.01 each'),
});

export const OPTIONAL_DASHBOARDS = ['api', 'cost', 'business', 'modelmeter'] as const;

/** A function's environment has 4 KB. */
const MAX_CALLERS_LENGTH = 2_000;

const Aws = z.strictObject({
  timeSeriesStore: z.enum(['dynamodb', 'timestream']).default('dynamodb'),
  login: Login.default({ kind: 'cognito' }),
  iamCallers: z
    .array(IamCaller)
    .refine((callers) => JSON.stringify(callers).length <= MAX_CALLERS_LENGTH, {
      error: `expected at most ${MAX_CALLERS_LENGTH} characters of them: name many at once with *`,
    })
    .default([])
    .describe('callers who sign with IAM, and what they may do; the first that fits counts'),
  throttle: z
    .strictObject({
      requestsPerSecond: z.int().min(1).max(10_000).default(200),
      burst: z.int().min(1).max(5_000).default(400),
    })
    .prefault({}),
  dashboards: z.array(z.enum(OPTIONAL_DASHBOARDS)).default([]).describe('besides the three that are free'),
  gpuFleet: GpuFleet.prefault({}),
  sources: Sources.prefault({}),
  costExplorer: CostExplorer.prefault({}),
  logDays: z
    .union(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653].map(
        (n) => z.literal(n),
      ),
      {
        error:
          'expected a retention that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, …',
      },
    )
    .default(30),
  runbookUrl: name
    .default('docs/runbook.md')
    .describe('where docs/runbook.md can be read: alarms link to its sections, on one machine too'),
  traceIngest: z.boolean().default(false).describe('X-Ray begins traces of ingestion too, $5 for a million of them'),
  tags: z.record(name, z.string().max(256)).default({}).describe('on every resource'),
});

const time = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-01T00:00:00Z' }).or(z.iso.date());

/** What runs and is not seen by telemetry, or what telemetry cannot say of it. */
const Resource = z.strictObject({
  name: name.describe('of the host, endpoint or group; a host of that name that reports GPUs is counted as it reports'),
  instanceType: name,
  count: z.number().min(0).max(100_000).default(1),
  region: name.optional(),
  account: name.optional(),
  provider: name.default('aws'),
  purchase: z.enum(['onDemand', 'spot']).default('onDemand'),
  deployments: z.array(name).default([]).describe('who shares it, by how long their calls take'),
  from: time.optional(),
  to: time.optional(),
});

const stored = {
  deployment: name.optional(),
  team: name.optional(),
  project: name.optional(),
  region: name.optional(),
};
const Storage = z.strictObject({
  name,
  storageClass: name.describe('as `modelmeter prices` lists it, for example gp3 or s3Standard'),
  gb: z.number().min(0),
  ...stored,
  from: time.optional(),
  to: time.optional(),
});

const tagKeys = (names: readonly string[]) => z.array(name).default([...names]);

const Costs = z.strictObject({
  resources: z.array(Resource).default([]),
  storage: z.array(Storage).default([]),
  exchangeRates: z
    .record(
      z.string().regex(/^[A-Z]{3}$/, 'expected a currency in three capital letters, such as EUR'),
      z.number().positive(),
    )
    .default({})
    .describe('US dollars for one unit; bills in other currencies are kept apart'),
  tagKeys: z
    .strictObject({
      team: tagKeys(DEFAULT_TAG_KEYS.team),
      project: tagKeys(DEFAULT_TAG_KEYS.project),
      environment: tagKeys(DEFAULT_TAG_KEYS.environment),
      deployment: tagKeys(DEFAULT_TAG_KEYS.deployment),
      model: tagKeys(DEFAULT_TAG_KEYS.model),
    })
    .prefault({})
    .describe('tags of bills that say whose a cost is, in the order in which they are looked for'),
});

const Settings = z.strictObject({
  keepContent: z.boolean().default(false),
  hashClients: z.boolean().default(false),
  retention: Retention.prefault({}),
  cardinality: Cardinality.prefault({}),
  replicaLabels: z.array(name).default(['prometheus_replica', '__replica__']),
  allowedHosts: z.array(name).default([]).describe('host names, besides loopback, that requests may be addressed to'),
  teams: z.record(name, Team).default({}),
  deployments: z
    .record(name, Attributes.extend({ tags: z.record(name, z.string().max(256)).optional() }))
    .default({})
    .describe('tags: those of the AWS resources that are this deployment'),
  prices: PricesConfig.prefault({}),
  budgets: z.record(BudgetName, ConfiguredBudget).default({}).describe('by name; more can be made by the API'),
  channels: Channels.prefault({}),
  thresholds: Thresholds.prefault({}),
  costs: Costs.prefault({}),
  aws: Aws.prefault({}),
});

/** What modelmeter.yaml may say. */
export const Config = Settings.superRefine(({ teams, deployments, budgets }, context) => {
  for (const [deployment, { team, project }] of Object.entries(deployments))
    for (const { field, message } of strangers(teams, { team, project }))
      context.addIssue({ code: 'custom', path: ['deployments', deployment, field], message });
  for (const [name, budget] of Object.entries(budgets)) {
    const plan = budget.aws ? awsBudgetPlan(name, budget) : undefined;
    if (plan && 'problem' in plan)
      context.addIssue({ code: 'custom', path: ['budgets', name, 'aws'], message: plan.problem });
  }
  for (const [budget, { scope }] of Object.entries(budgets))
    for (const { field, message } of strangers(teams, { team: scope.team, project: scope.project }))
      context.addIssue({ code: 'custom', path: ['budgets', budget, 'scope', field], message });
});
export type Config = z.infer<typeof Config>;

/** A team or a project that is not among those listed; where none are listed, any may be named. */
const strangers = (
  teams: z.infer<typeof Settings>['teams'],
  { team, project }: { team: string | undefined; project: string | undefined },
): { field: 'team' | 'project'; message: string }[] => {
  const names = Object.keys(teams);
  if (names.length === 0 || team === undefined) return [];
  const listed = Object.hasOwn(teams, team) ? teams[team] : undefined;
  if (!listed)
    return [{ field: 'team', message: `no team is named ${JSON.stringify(team)}; teams are ${names.join(', ')}` }];
  const { projects } = listed;
  if (project === undefined || projects.length === 0 || projects.includes(project)) return [];
  const message = `the team ${team} has no project ${JSON.stringify(project)}; its projects are ${projects.join(', ')}`;
  return [{ field: 'project', message }];
};

/** Attributes that the configuration gives to deployments, as the registry takes them: without tags, which find resources. */
export const registryOf = ({ deployments }: Pick<Config, 'deployments'>): Record<string, z.infer<typeof Attributes>> =>
  Object.fromEntries(Object.entries(deployments).map(([name, { tags: _, ...attributes }]) => [name, attributes]));

/** Those that have tags, which find their resources and lines of bills. */
export const withTags = (deployments: Config['deployments']): Config['deployments'] =>
  Object.fromEntries(Object.entries(deployments).filter(([, { tags }]) => tags !== undefined));

/** The budgets that AWS Budgets is to have too. */
export const awsBudgetsOf = ({ budgets }: Pick<Config, 'budgets'>): AwsBudgetPlan[] =>
  Object.entries(budgets).flatMap(([name, budget]) => {
    const plan = budget.aws ? awsBudgetPlan(name, budget) : undefined;
    return plan === undefined || 'problem' in plan ? [] : [plan];
  });

/** How lines of bills become entries of the ledger. */
export const billedBy = ({ costs, deployments }: Pick<Config, 'costs' | 'deployments'>): BilledOptions => ({
  attribution: attributionBy({ tagKeys: costs.tagKeys, deployments: deploymentLabels(deployments) }),
  exchangeRates: costs.exchangeRates,
});

/** What a bill's line takes over of the deployment that it is of: not where it runs, which the bill knows better. */
const deploymentLabels = (deployments: Config['deployments']): AttributionOptions['deployments'] =>
  Object.fromEntries(
    Object.entries(deployments).map(([name, { model, modelVersion, team, project, environment, tags }]) => [
      name,
      {
        ...(model !== undefined && { model }),
        ...(modelVersion !== undefined && { modelVersion }),
        ...(team !== undefined && { team }),
        ...(project !== undefined && { project }),
        ...(environment !== undefined && { environment }),
        tags,
      },
    ]),
  );
