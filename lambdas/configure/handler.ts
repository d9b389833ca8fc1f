import * as z from 'zod';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { Config, registryOf } from '../../core/config.ts';
import { configureDeployments } from '../../core/usecases/deployments.ts';
import { customResource } from '../customResource.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const configure = configureDeployments({
  deployments: dynamoDeploymentStore({ client: documentClient(), table: env.STATE_TABLE }),
});

/** As text, since CloudFormation makes texts of all numbers and booleans within. */
const Properties = z.object({
  deployments: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(Config.shape.deployments),
});

export const handler = customResource({
  id: 'modelmeter-registry',
  schema: Properties,
  put: ({ deployments }) => configure(registryOf({ deployments }), Date.now()),
});
