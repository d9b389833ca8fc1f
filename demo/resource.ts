import type { FleetDeployment } from './deployments.ts';
import { type Attributes, attributes } from './otlp.ts';

/** The OTLP resource that a deployment reports under; `caller` says who used it where that is not who runs it. */
export const resourceOf = (
  deployment: FleetDeployment,
  caller: { team?: string | undefined; project?: string | undefined } = deployment,
  more: Attributes = {},
) =>
  attributes({
    'service.name': deployment.name,
    deployment: deployment.name,
    'deployment.environment.name': deployment.environment,
    'cloud.provider': 'aws',
    'cloud.region': deployment.region,
    'cloud.account.id': deployment.account,
    team: caller.team ?? deployment.team,
    project: caller.project ?? deployment.project,
    ...more,
  });
