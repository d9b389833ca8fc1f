import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { principalOfIam } from '../../core/access/iam.ts';
import { ROLES } from '../../core/access/roles.ts';
import type { Principal } from '../../core/ports.ts';

const FromAuthoriser = z.object({ id: z.string(), roles: z.array(z.enum(ROLES)), teams: z.array(z.string()) });
const FromIam = z.object({ accountId: z.string(), userArn: z.string() });
const Authorizer = z.object({
  lambda: z.object({ principal: z.string() }).nullish(),
  iam: FromIam.nullish(),
});

/**
 * Who calls, as API Gateway found out: what our authoriser said of a key or a token, or who signed with IAM.
 * undefined = the route asks for no one.
 */
export const principalOf = (
  { requestContext }: APIGatewayProxyEventV2,
  rules: Parameters<typeof principalOfIam>[1],
): Principal | undefined => {
  const { authorizer } = requestContext as { authorizer?: unknown };
  if (authorizer === undefined || authorizer === null) return undefined;
  const { lambda, iam } = Authorizer.parse(authorizer);
  if (lambda) return FromAuthoriser.parse(JSON.parse(lambda.principal));
  return iam ? principalOfIam(iam, rules) : undefined;
};
