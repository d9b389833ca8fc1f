import { CustomResource, Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Config, registryOf, withTags } from '../../core/config.ts';

/** CloudFormation hands a function at most 256 KiB, with its own words around ours. */
const MAX_BYTES = 200_000;

export interface RegistryProps {
  /** Puts what it is given into the table; answers CloudFormation itself. */
  readonly configure: IFunction;
  readonly config: Pick<Config, 'deployments' | 'costs' | 'prices' | 'budgets'>;
}

/** The registry of modelmeter.yaml, and what it says of costs, put into the account with every deploy that changes it. */
export class Registry extends Construct {
  constructor(scope: Construct, id: string, { configure, config }: RegistryProps) {
    super(scope, id);
    const { costs, prices, budgets } = config;
    const properties = {
      deployments: JSON.stringify(registryOf(config)),
      costs: JSON.stringify({ costs, prices, budgets, deployments: withTags(config.deployments) }),
    };
    const bytes = Buffer.byteLength(properties.deployments) + Buffer.byteLength(properties.costs);
    this.node.addValidation({
      validate: () =>
        bytes <= MAX_BYTES
          ? []
          : [
              `deployments, costs, prices and budgets: ${bytes} bytes of them are more than CloudFormation passes on (${MAX_BYTES}); ` +
                'tell some deployments by PUT /v1/deployments/{deployment}',
            ],
    });
    new CustomResource(this, 'Resource', {
      serviceToken: configure.functionArn,
      resourceType: 'Custom::ModelmeterRegistry',
      serviceTimeout: Duration.minutes(5),
      properties,
    });
  }
}
