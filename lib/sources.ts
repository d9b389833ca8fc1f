import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Config } from '../core/config.ts';

/**
 * Sources that need no instrumentation. Beside putting batches into the bucket (lib/permissions.ts) their functions may do this:
 *
 * - read-metrics: cloudwatch:ListMetrics and cloudwatch:GetMetricData on `*`. IAM's reference of CloudWatch has no resource type and
 *   no condition key for a namespace for them; both only read numbers.
 * - observe: read the deployment that was announced (dynamodb:GetItem on `pk` = deployment), to tell a release from scaling.
 * - bedrock-logs: nothing more.
 *
 * Nothing is asked of Bedrock, SageMaker, Batch or the pipelines: they announce to EventBridge, and logs are pushed by a subscription.
 */

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
