import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { AwsCheck } from './row.ts';

/** What every stack of CDK 2.276 asserts at deploy time (its rule `CheckBootstrapVersion`). */
const NEEDED_VERSION = 6;
const PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/** `cdk deploy` puts its assets and takes its roles from a stack that `cdk bootstrap` makes, once per account and region. */
export const bootstrap: AwsCheck = {
  id: 'bootstrap',
  actions: ['ssm:GetParameter'],
  run: async ({ clients, account, region }) => {
    const remedy = `npx cdk bootstrap aws://${account}/${region}`;
    const answer = await clients.ssm.send(new GetParameterCommand({ Name: PARAMETER })).catch((error: Error) => {
      if (error.name === 'ParameterNotFound') return undefined;
      throw error;
    });
    if (!answer) return [{ state: 'broken', what: `${region} is not bootstrapped for the CDK`, remedy }];
    const version = Number(answer.Parameter?.Value);
    const what = `CDK bootstrap of ${region}: version ${answer.Parameter?.Value}`;
    if (version >= NEEDED_VERSION) return [{ state: 'ok', what }];
    return [{ state: 'broken', what: `${what}, and ${NEEDED_VERSION} is needed`, remedy }];
  },
};
