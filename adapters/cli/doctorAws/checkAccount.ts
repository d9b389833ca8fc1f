import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Config } from '../../../core/config.ts';
import type { AwsSession } from '../awsSession.ts';
import type { Check } from '../doctor.ts';
import { bootstrap } from './bootstrap.ts';
import { concurrency, quotas } from './capacity.ts';
import { slack, teams } from './chat.ts';
import { awsClients, type Clients } from './clients.ts';
import { costExplorer } from './costExplorer.ts';
import { email, sms } from './messages.ts';
import { organisation } from './organisation.ts';
import type { AwsCheck, Context } from './row.ts';
import { stacks } from './stacks.ts';
import { timestream } from './timestream.ts';

/** In the order in which they are told. */
export const CHECKS: readonly AwsCheck[] = [
  organisation,
  bootstrap,
  timestream,
  concurrency,
  quotas,
  slack,
  teams,
  email,
  sms,
  costExplorer,
  stacks,
];

/** Every check has its answer by then, milliseconds. */
const DEADLINE_MS = 20_000;

/**
 * Looks at an account before Modelmeter is deployed to it: reads only, makes nothing, and asks only for what the
 * configuration uses. What cannot be looked at is said, and is no fault. Bounded: some 15 requests, 20 seconds.
 *
 * @param mayPay also asks what costs money: one request to Cost Explorer, $0.01
 */
export const checkAccount = async ({
  session,
  config,
  mayPay,
  clients = awsClients(session),
  deadlineMs = DEADLINE_MS,
}: {
  session: AwsSession;
  config: Config;
  mayPay: boolean;
  clients?: Clients;
  deadlineMs?: number;
}): Promise<Check[]> => {
  const identity = await within(deadlineMs, clients.sts.send(new GetCallerIdentityCommand({}))).catch(
    (error: Error) => error,
  );
  if (identity instanceof Error) return [noCredentials(identity)];
  const account = identity.Account ?? '';
  const context: Context = { ...session, clients, config, account, mayPay };
  const needed = CHECKS.filter(({ isNeeded }) => isNeeded?.(config) ?? true);
  const found = await Promise.all(
    needed.map((check) =>
      within(deadlineMs, check.run(context)).catch((error: Error) => [unanswered(check, error, identity.Arn ?? '')]),
    ),
  );
  return [{ state: 'ok', what: `account ${account}, region ${session.region}, as ${identity.Arn}` }, ...found.flat()];
};

const noCredentials = (error: Error): Check => {
  const isExpired = /expired/i.test(error.name + error.message);
  return {
    state: 'broken',
    what: `AWS does not know you: ${error.message}`,
    remedy: isExpired
      ? 'log in again: aws sso login, or export new keys'
      : 'log in (aws sso login, or aws configure), or name a profile by --profile',
  };
};

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException']);

const unanswered = ({ id, actions }: AwsCheck, error: Error, who: string): Check => {
  if (DENIED.has(error.name))
    return {
      state: 'advice',
      what: `${id} could not be looked at: ${who} may not`,
      remedy: `allow ${actions.join(', ')}, or ask somebody who may`,
    };
  return {
    state: 'advice',
    what: `${id} could not be looked at: ${firstLine(error)}`,
    remedy: 'try again; if it stays, the region may not have this service',
  };
};

/** The SDK adds advice for programmers on further lines. */
const firstLine = ({ name, message }: Error) => message.split('\n')[0] || name;

const within = async <T>(ms: number, answer: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
};
