import { type App, type Environment, Tags } from 'aws-cdk-lib';
import type { Config } from '../core/config.ts';
import { AppStack } from './stacks/app.ts';
import { DataStack } from './stacks/data.ts';

export interface ModelmeterProps {
  readonly config: Config;
  /** @default whatever the credentials of the deploy say */
  readonly env?: Environment;
}

/** All stacks that a configuration asks for. What they are called is what commands look for. */
export const modelmeter = (app: App, { config, env }: ModelmeterProps) => {
  const where = env && { env };
  const data = new DataStack(app, 'ModelmeterData', { config, ...where });
  const application = new AppStack(app, 'ModelmeterApp', { config, data, eventPatterns: [], ...where });
  for (const [key, value] of Object.entries(config.aws.tags)) Tags.of(app).add(key, value);
  return { data, application };
};
