import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Config } from '../core/config.ts';

type Sources = Config['aws']['sources'];

/** A rule of EventBridge: what other services announce and we take in as an event. */
interface Announced {
  readonly id: string;
  /** The switch of the configuration that it belongs to. */
  readonly of: 'sagemaker' | 'batch' | 'pipelines';
  readonly pattern: EventPattern;
}

/**
 * One line for each kind that core/sources/eventBridge understands. States that would be ignored are left out here, so that they
 * cost no run. GitHub's come to the account's default bus by AWS's quick start for inbound webhooks.
 */
export const EVENT_PATTERNS: readonly Announced[] = [
  {
    id: 'SageMakerTraining',
    of: 'sagemaker',
    pattern: { source: ['aws.sagemaker'], detailType: ['SageMaker Training Job State Change'] },
  },
  {
    id: 'SageMakerEndpoint',
    of: 'sagemaker',
    pattern: { source: ['aws.sagemaker'], detailType: ['SageMaker Endpoint State Change'] },
  },
  {
    id: 'BatchJob',
    of: 'batch',
    pattern: {
      source: ['aws.batch'],
      detailType: ['Batch Job State Change'],
      detail: { status: ['RUNNING', 'SUCCEEDED', 'FAILED'] },
    },
  },
  {
    id: 'CodePipeline',
    of: 'pipelines',
    pattern: {
      source: ['aws.codepipeline'],
      detailType: ['CodePipeline Pipeline Execution State Change'],
      detail: { state: ['SUCCEEDED'] },
    },
  },
  {
    id: 'CodeDeploy',
    of: 'pipelines',
    pattern: {
      source: ['aws.codedeploy'],
      detailType: ['CodeDeploy Deployment State-change Notification'],
      detail: { state: ['SUCCESS'] },
    },
  },
  {
    id: 'GitHubDeployment',
    of: 'pipelines',
    pattern: {
      source: ['github.com'],
      detailType: ['deployment_status'],
      detail: { deployment_status: { state: ['success'] } },
    },
  },
];

/** The rules that a configuration asks for; [] = none, and nothing to observe. */
export const eventPatterns = (sources: Sources): readonly Announced[] => EVENT_PATTERNS.filter(({ of }) => sources[of]);

/** Records of calls, of all that a log group of model-invocation logging may hold. */
export const BEDROCK_LOG_PATTERN = '{ $.schemaType = "ModelInvocationLog" }';

/**
 * What the functions of the sources may do, beside putting batches into the bucket.
 *
 * ListMetrics and GetMetricData have no resource types in IAM's reference of CloudWatch, and no condition key for a namespace:
 * `*` it must be. Both only read numbers. Nothing is asked of Bedrock, SageMaker, Batch or the pipelines themselves: they announce
 * to EventBridge, and logs are pushed by the subscription, which the log group's side is allowed to.
 */
export const SOURCE_ACTIONS = {
  /** `observe` looks up the one deployment that was announced, to tell a release from scaling. */
  observe: { actions: ['dynamodb:GetItem'], on: 'the items of deployments in the table of state' },
  'read-metrics': { actions: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'], on: '*' },
  'bedrock-logs': { actions: [], on: '' },
} as const;
