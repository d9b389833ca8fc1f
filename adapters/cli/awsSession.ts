import { Option } from 'commander';
import { badInput } from './failure.ts';

/** What commands that talk to AWS share: where, as whom, and how long they wait. */
export interface AwsSession {
  region: string;
  profile?: string | undefined;
}

export const regionOption = () =>
  new Option('--region <region>', 'the AWS region (otherwise AWS_REGION, AWS_DEFAULT_REGION, or that of the profile)');

export const profileOption = () =>
  new Option('--profile <profile>', 'the profile in ~/.aws (otherwise AWS_PROFILE)').env('AWS_PROFILE');

const CONNECT_MS = 3_000;
const ANSWER_MS = 10_000;

/** Options of any AWS SDK client: an answer that does not come soon is a failure, and is asked for at most three times. */
export const clientOptions = ({ region, profile }: AwsSession) => ({
  region,
  ...(profile && { profile }),
  maxAttempts: 3,
  requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
});

/**
 * Where a command works: what it was told, else what the environment or the profile says, as the CDK reads them.
 *
 * @throws Failure (bad input) where nobody says the region
 */
export const awsSession = async (told: { region?: string; profile?: string }): Promise<AwsSession> => {
  const { profile } = told;
  const region =
    told.region || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || (await regionOfProfile(profile));
  if (!region) throw badInput('no region is set: say --region eu-west-1, or export AWS_REGION=eu-west-1');
  return { region, profile };
};

/** As the SDK reads it from ~/.aws/config; undefined where that says nothing. */
const regionOfProfile = async (profile: string | undefined): Promise<string | undefined> => {
  const { STSClient } = await import('@aws-sdk/client-sts'); // loads the SDK
  return new STSClient(profile ? { profile } : {}).config.region().catch(() => undefined);
};
