import { CustomResource, Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { registryOf } from '../../core/config.ts';

/** CloudFormation hands a function at most 256 KiB, with its own words around ours. */
const MAX_BYTES = 200_000;

export interface RegistryProps {
  /** Puts what it is given into the table; answers CloudFormation itself. */
  readonly configure: IFunction;
  readonly deployments: ReturnType<typeof registryOf>;
}

/** The registry of modelmeter.yaml, put into the account with every deploy that changes it. */
export class Registry extends Construct {
  constructor(scope: Construct, id: string, { configure, deployments }: RegistryProps) {
    super(scope, id);
    const said = JSON.stringify(deployments);
    const bytes = Buffer.byteLength(said);
    this.node.addValidation({
      validate: () =>
        bytes <= MAX_BYTES
          ? []
          : [
              `deployments: ${bytes} bytes of them are more than CloudFormation passes on (${MAX_BYTES}); ` +
                'tell some by PUT /v1/deployments/{deployment}',
            ],
    });
    new CustomResource(this, 'Resource', {
      serviceToken: configure.functionArn,
      resourceType: 'Custom::ModelmeterRegistry',
      serviceTimeout: Duration.minutes(5),
      properties: { deployments: said },
    });
  }
}
