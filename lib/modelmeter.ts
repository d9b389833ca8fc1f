import { type App, CfnOutput, type Environment, Stack, Tags } from 'aws-cdk-lib';
import type { Config } from '../core/config.ts';
import manifest from '../package.json' with { type: 'json' };
import { eventPatterns } from './sources.ts';
import { AppStack } from './stacks/app.ts';
import { DataStack } from './stacks/data.ts';
import { FleetStack } from './stacks/fleet.ts';
import { ObservabilityStack } from './stacks/observability.ts';

export interface ModelmeterProps {
  readonly config: Config;
  /** @default whatever the credentials of the deploy say */
  readonly env?: Environment;
}

/** CDK knows tags of them; CloudFormation's published schemas do not yet, so that a deploy may refuse them. */
const UNTAGGED = ['AWS::CloudWatch::Dashboard', 'AWS::SSM::Association'];

/** All stacks that a configuration asks for, each knowing only those before it. By their names commands find them. */
export const modelmeter = (app: App, { config, env }: ModelmeterProps): void => {
  const common = { config, ...(env && { env }) };
  const data = new DataStack(app, 'ModelmeterData', common);
  const { refs } = new AppStack(app, 'ModelmeterApp', {
    ...common,
    data,
    eventPatterns: eventPatterns(config.aws.sources),
  });
  const { topics } = new ObservabilityStack(app, 'ModelmeterObservability', { ...common, data, app: refs });
  if (config.aws.gpuFleet.enabled) new FleetStack(app, 'ModelmeterFleet', { ...common, data, topics });
  // `modelmeter doctor --aws` prints it of each.
  for (const stack of app.node.children.filter(Stack.isStack))
    new CfnOutput(stack, 'Version', { value: manifest.version });
  for (const [key, value] of Object.entries(config.aws.tags))
    Tags.of(app).add(key, value, { excludeResourceTypes: UNTAGGED });
};
