import * as z from 'zod';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { Config, registryOf } from '../../core/config.ts';
import { configureCosts } from '../../core/usecases/costsConfiguration.ts';
import { configureDeployments } from '../../core/usecases/deployments.ts';
import { customResource } from '../customResource.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { s3Client } from '../s3Client.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const configure = configureDeployments({
  deployments: dynamoDeploymentStore({ client: documentClient(), table: env.STATE_TABLE }),
});
const configured = configureCosts({
  documents: s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET }),
});

/** As text, since CloudFormation makes texts of all numbers and booleans within. */
const Properties = z.object({
  deployments: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(Config.shape.deployments),
  costs: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(
      z.object({
        costs: Config.shape.costs,
        prices: Config.shape.prices,
        budgets: Config.shape.budgets,
        deployments: Config.shape.deployments,
      }),
    ),
});

export const handler = customResource({
  id: 'modelmeter-registry',
  schema: Properties,
  async put({ deployments, costs }) {
    await configure(registryOf({ deployments }), Date.now());
    await configured(costs);
  },
});
