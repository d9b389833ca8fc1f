import * as z from 'zod';
import { announced, type Envelope, given, ignored, type Observer, observer } from './observer.ts';

/**
 * Releases by pipelines. A deployment is known by what it is called there: the pipeline, the application, the repository. Only what
 * went well is a release; what failed changed nothing that runs. Where the pipeline runs says nothing of where the model does: it
 * is an attribute, which the registry does not learn from.
 */
const by = (pipeline: string, { account, region }: Envelope) => ({ by: pipeline, account, region });

const Pipeline = z.object({
  pipeline: z.string().min(1),
  'execution-id': z.string(),
  state: z.string(),
  'execution-trigger': z.object({ 'trigger-type': z.string().optional() }).nullish(),
});

/** From CodePipeline's "Monitoring CodePipeline events". */
export const CODE_PIPELINE: Observer = observer({
  source: 'aws.codepipeline',
  detailType: 'CodePipeline Pipeline Execution State Change',
  detail: Pipeline,
  means: ({ pipeline, state, 'execution-id': execution, 'execution-trigger': trigger }, envelope) => {
    if (state !== 'SUCCEEDED') return ignored(`pipeline ${pipeline} is ${state}`);
    // ManualRollback, AutomatedRollback.
    const isRollback = /rollback$/i.test(trigger?.['trigger-type'] ?? '');
    return {
      kind: 'event',
      key: ['codepipeline', envelope.account, envelope.region, pipeline, execution],
      event: {
        kind: 'deployment',
        ...announced(envelope),
        deployment: pipeline,
        action: isRollback ? 'rolledBack' : 'released',
        modelVersion: execution,
        attributes: by('aws.codepipeline', envelope),
      },
    };
  },
});

const Deployment = z.object({
  application: z.string().min(1),
  deploymentGroup: z.string().optional(),
  deploymentId: z.string(),
  state: z.string(),
});

/** From CodeDeploy's "Monitoring deployments with Amazon CloudWatch Events". */
export const CODE_DEPLOY: Observer = observer({
  source: 'aws.codedeploy',
  detailType: 'CodeDeploy Deployment State-change Notification',
  detail: Deployment,
  means: ({ application, deploymentGroup, deploymentId, state }, envelope) =>
    state === 'SUCCESS'
      ? {
          kind: 'event',
          key: ['codedeploy', envelope.account, envelope.region, deploymentId],
          event: {
            kind: 'deployment',
            ...announced(envelope),
            deployment: application,
            action: 'released',
            modelVersion: deploymentId,
            attributes: { ...by('aws.codedeploy', envelope), ...given({ deploymentGroup }) },
          },
        }
      : ignored(`deployment ${deploymentId} of ${application} is ${state}`),
});

const GitHub = z.object({
  deployment_status: z.object({ id: z.int(), state: z.string(), environment: z.string().optional() }),
  deployment: z.object({
    sha: z.string(),
    ref: z.string().optional(),
    task: z.string().optional(),
    environment: z.string().optional(),
    creator: z.object({ login: z.string() }).nullish(),
  }),
  repository: z.object({ name: z.string().min(1), full_name: z.string() }),
});

/** GitHub's webhook `deployment_status`, as AWS's quick start "Inbound webhooks using Lambda function URLs" puts it on a bus. */
export const GITHUB_DEPLOYMENT: Observer = observer({
  source: 'github.com',
  detailType: 'deployment_status',
  detail: GitHub,
  means: ({ deployment, deployment_status: status, repository }, envelope) => {
    if (status.state !== 'success') return ignored(`deployment of ${repository.full_name} is ${status.state}`);
    return {
      kind: 'event',
      key: ['github', repository.full_name, status.id],
      event: {
        kind: 'deployment',
        ...announced(envelope),
        deployment: repository.name,
        action: /roll-?back/i.test(deployment.task ?? '') ? 'rolledBack' : 'released',
        modelVersion: deployment.sha,
        ...given({
          environment: status.environment ?? deployment.environment,
          user: deployment.creator?.login,
        }),
        attributes: given({ by: 'github', repository: repository.full_name, ref: deployment.ref }),
      },
    };
  },
});
