import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { dynamoApiKeyStore } from '../../adapters/aws/dynamoApiKeyStore.ts';
import { oidcTokens } from '../../adapters/aws/oidcTokens.ts';
import { credentialOf } from '../../adapters/http/credential.ts';
import { keyCrypto } from '../../adapters/http/keyCrypto.ts';
import { principalOfClaims } from '../../core/access/claims.ts';
import type { Principal } from '../../core/ports.ts';
import { authenticateApiKey } from '../../core/usecases/apiKeys.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { shell } from '../shell.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const refused = (reason: string) => log.info('refused a token', { reason });

const ofKey = authenticateApiKey({
  keys: dynamoApiKeyStore({ client: documentClient(), table: env.STATE_TABLE }),
  crypto: keyCrypto,
});
const claimsOf = oidcTokens({
  issuer: env.OIDC_ISSUER,
  audience: env.OIDC_AUDIENCE.split(','),
  refused,
  now: Date.now,
});

const ofToken = async (token: string): Promise<Principal | undefined> => {
  const claims = await claimsOf(token);
  if (!claims) return undefined;
  const principal = principalOfClaims(claims, { roles: env.ROLES_CLAIM, teams: env.TEAMS_CLAIM });
  if (!principal) refused('no role or no team');
  return principal;
};

/**
 * Says who calls, by an API key or a token (REQUEST authoriser, payload format 2.0, simple response). API Gateway keeps the
 * answer for 60 s. Where that cannot be found out it fails, which API Gateway answers with 500 and does not keep.
 */
export const handler = shell<
  Pick<APIGatewayRequestAuthorizerEventV2, 'headers'>,
  { isAuthorized: boolean; context?: { principal: string } }
>(async ({ headers }) => {
  const credential = credentialOf(headers?.authorization);
  if (credential === undefined) return { isAuthorized: false };
  const principal = (await ofKey(credential, Date.now())) ?? (await ofToken(credential));
  return principal
    ? { isAuthorized: true, context: { principal: JSON.stringify(principal) } }
    : { isAuthorized: false };
});
