import * as z from 'zod';
import type { Principal } from '../ports.ts';
import { ROLES, type Role } from './roles.ts';
import { TeamName } from './teams.ts';

const ALL_TEAMS = '*';

/** Callers who sign with IAM, and what they may do. */
export const IamCaller = z.strictObject({
  arn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:((role|user)\/[\w+=,.@*/-]+|root)$/,
      'expected the ARN of a role or a user, such as arn:aws:iam::123456789012:role/gateway-*',
    )
    .describe('* stands for any characters but / and :'),
  roles: z.array(z.enum(ROLES)).min(1),
  teams: z
    .array(z.union([z.literal(ALL_TEAMS), TeamName]))
    .min(1)
    .describe('that they are bound to; * = all'),
});
export type IamCaller = z.infer<typeof IamCaller>;

/**
 * Whom a signature speaks for: the first line that fits decides. Paths of roles and users are left out of account, since the
 * ARN of a role's session has none.
 *
 * @param caller.userArn as API Gateway says it: of a user, or of a session of a role
 * @param rules.unnamed the roles of callers whom no line names, for all teams
 */
export const principalOfIam = (
  { accountId, userArn }: { accountId: string; userArn: string },
  { callers, unnamed }: { callers: readonly IamCaller[]; unnamed: readonly Role[] },
): Principal => {
  const arn = withoutSession(userArn);
  const id = `iam:${accountId}:${arn.split(/[:/]/).at(-1)}`;
  const named = callers.find((caller) => patternOf(caller.arn).test(arn));
  if (!named) return { id, roles: [...unnamed], teams: [] };
  return { id, roles: named.roles, teams: named.teams.includes(ALL_TEAMS) ? [] : named.teams };
};

/** `arn:aws:sts::1:assumed-role/NAME/SESSION` is a role's as IAM writes it, without its path. */
const withoutSession = (arn: string): string =>
  withoutPath(arn.replace(/^(arn:[^:]*):sts:(.*):assumed-role\/([^/]+)\/.*$/, '$1:iam:$2:role/$3'));

const withoutPath = (arn: string): string => arn.replace(/:(role|user)\/.*\//, ':$1/');

const patternOf = (arn: string): RegExp =>
  new RegExp(`^${withoutPath(arn).replace(/[.+]/g, '\\$&').replaceAll('*', '[^:/]*')}$`);
