import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Config } from '../../../core/config.ts';
import type { Check } from '../doctor.ts';
import type { AwsCheck, Context } from './row.ts';

/** How many at once the queue lets roll up: `maximumConcurrency` of its event source. */
const ROLL_UPS = 4;
/** Besides those: one request with its authoriser, and one scheduled function. */
const LEAST_CONCURRENCY = ROLL_UPS + 3;
/** Below this a dashboard that loads while hosts send is throttled now and then. */
const GOOD_CONCURRENCY = 50;

export const concurrency: AwsCheck = {
  id: 'concurrency',
  actions: ['lambda:GetAccountSettings'],
  run: async ({ clients, region }) => {
    const { AccountLimit } = await clients.lambda.send(new GetAccountSettingsCommand({}));
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const what = `Lambda of ${region} runs ${free} at once that nobody has reserved`;
    if (free >= GOOD_CONCURRENCY) return [{ state: 'ok', what }];
    const remedy =
      `ask for 1,000, which is free: aws service-quotas request-service-quota-increase --region ${region} ` +
      '--service-code lambda --quota-code L-B99A9384 --desired-value 1000';
    if (free < LEAST_CONCURRENCY)
      return [{ state: 'broken', what: `${what}; ${LEAST_CONCURRENCY} are needed (${ROLL_UPS} roll up)`, remedy }];
    const enough = `enough to try it (${ROLL_UPS} roll up, ${free - ROLL_UPS} are left for requests)`;
    return [{ state: 'advice', what: `${what}: ${enough}`, remedy }];
  },
};

interface Quota {
  service: string;
  code: string;
  name: string;
  needs: (config: Config) => number;
}

/** Quotas of an account that a default deployment can come near to; those of Lambda are above. */
const QUOTAS: readonly Quota[] = [
  {
    service: 'apigateway',
    code: 'L-8A5B8E43',
    name: 'requests per second of all APIs',
    needs: ({ aws }) => aws.throttle.requestsPerSecond,
  },
];

export const quotas: AwsCheck = {
  id: 'quotas',
  actions: ['servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota'],
  run: (context) => Promise.all(QUOTAS.map((quota) => checkQuota(context, quota))),
};

const checkQuota = async ({ clients, config, region }: Context, quota: Quota): Promise<Check> => {
  const input = { ServiceCode: quota.service, QuotaCode: quota.code };
  const answer = await clients.quotas.send(new GetServiceQuotaCommand(input)).catch((error: Error) => {
    // The account has no value of its own: the default holds.
    if (error.name !== 'NoSuchResourceException') throw error;
    return clients.quotas.send(new GetAWSDefaultServiceQuotaCommand(input));
  });
  const has = answer.Quota?.Value ?? 0;
  const needs = quota.needs(config);
  const what = `${quota.name} in ${region}: ${has}, of which up to ${needs} are configured`;
  if (has >= needs) return { state: 'ok', what };
  const remedy = `lower aws.throttle.requestsPerSecond, or ask for more: quota ${quota.code} of ${quota.service}`;
  return { state: 'broken', what, remedy };
};
