import { JwtVerifier } from 'aws-jwt-verify';
import {
  JwksValidationError,
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  KidNotFoundInJwksError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import type { Claims } from '../../core/access/claims.ts';
import { AppError } from '../../core/errors.ts';

const PATIENCE_MS = 3_000;
const MAX_BYTES = 1_000_000;
/** A signing key that the issuer took back counts for no longer than this. */
const REFRESH_MS = 3_600_000;
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Checks tokens (JWT) of one OIDC issuer: signature by the issuer's keys, issuer, time, and that they are for us. Its keys
 * are found by its discovery document. An expiry is asked for, since nothing else would ever end such a token.
 *
 * @param of.audience any of these in `aud`, or, of Cognito's access tokens, which have no `aud`, as `client_id`
 * @param of.refused is told why a token was refused: the kind of reason, never anything of the token
 * @returns the claims; undefined = not a token of ours, or one that is not valid
 * @throws AppError storageFailed when the issuer cannot be asked: that is not to be taken for a no, nor for a yes
 */
export const oidcTokens = (of: {
  issuer: string;
  audience: readonly string[];
  refused: (reason: string) => void;
  now: () => number;
}): ((token: string) => Promise<Claims | undefined>) => {
  const { issuer, audience, refused, now } = of;
  let verifier: { sinceMs: number; ready: ReturnType<typeof verifierOf> } | undefined;
  const current = () => {
    if (!verifier || now() - verifier.sinceMs > REFRESH_MS) {
      const made = { sinceMs: now(), ready: verifierOf(issuer, audience) };
      verifier = made;
      made.ready.catch(() => {
        if (verifier === made) verifier = undefined; // the next request tries again
      });
    }
    return verifier.ready;
  };

  return async (token) => {
    if (!FORM.test(token)) return undefined;
    const { verify } = await current();
    try {
      return await verify(token);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof JwksValidationError)
        throw new AppError('storageFailed', `the keys of ${issuer} cannot be read`, { cause: error });
      refused(reasonOf(error));
      return undefined;
    }
  };
};

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

const verifierOf = async (issuer: string, audience: readonly string[]) => {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = Discovery.safeParse(parsed(await load(url)));
  if (!found.success) throw new AppError('storageFailed', `${url} is no discovery document of OIDC`);
  const { issuer: itself, jwks_uri: jwksUri } = found.data;
  if (itself !== issuer)
    throw new AppError('storageFailed', `${issuer} calls itself ${itself}: set aws.login.issuer to exactly that`);
  if (issuer.startsWith('https:') && !jwksUri.startsWith('https:'))
    throw new AppError('storageFailed', `the keys of ${issuer} are not at an https address: ${jwksUri}`);
  const verifier = JwtVerifier.create(
    { issuer, jwksUri, audience: null, customJwtCheck: ({ payload }) => checkClaims(payload, audience) },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: load } }) },
  );
  return { verify: (token: string): Promise<Claims> => verifier.verify(token) };
};

class WithoutExpiry extends Error {}
class ForSomebodyElse extends Error {}

const REASONS = [
  [WithoutExpiry, 'without expiry'],
  [ForSomebodyElse, 'for another audience'],
  [JwtExpiredError, 'expired'],
  [JwtNotBeforeError, 'not valid yet'],
  [JwtInvalidIssuerError, 'of another issuer'],
  [JwtInvalidSignatureError, 'wrong signature'],
  [JwtInvalidSignatureAlgorithmError, 'algorithm that is not taken'],
  [KidNotFoundInJwksError, 'signed by an unknown key'],
] as const;

/** In our own words: those of the error may hold what the token says, and class names do not survive bundling. */
const reasonOf = (error: unknown): string => REASONS.find(([kind]) => error instanceof kind)?.[1] ?? 'not valid';

const checkClaims = (claims: Claims, audience: readonly string[]): void => {
  if (claims.exp === undefined) throw new WithoutExpiry();
  const isAccessTokenOfCognito = claims.aud === undefined && claims.token_use === 'access';
  const said = isAccessTokenOfCognito ? claims.client_id : claims.aud;
  if (![said].flat().some((name) => typeof name === 'string' && audience.includes(name))) throw new ForSomebodyElse();
};

const parsed = (bytes: ArrayBuffer): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
};

/** What is at an address of the issuer, and nowhere that it points on to. */
const load = async (url: string): Promise<ArrayBuffer> => {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > MAX_BYTES) throw new Error(`it answered ${bytes.byteLength} bytes`);
    return bytes;
  } catch (cause) {
    throw new AppError('storageFailed', `cannot read ${url}: ${(cause as Error).message}`, { cause });
  }
};
