import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoApiKeyStore } from '../../adapters/aws/dynamoApiKeyStore.ts';
import { keyCrypto } from '../../adapters/http/keyCrypto.ts';
import type { Principal } from '../../core/ports.ts';
import { createApiKey, type NewApiKey, revokeApiKey } from '../../core/usecases/apiKeys.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { type Lambda, lambda } from '../aws/lambda.ts';
import { awsConfig, createTables, type Service, startDynalite } from '../aws/services.ts';
import { type Issuer, signed, startIssuer } from './issuer.ts';

const TEAMS = { modelmeter_roles: ['reader'], modelmeter_teams: ['search'] };
const FOR_US = { aud: 'modelmeter', ...TEAMS };
const ADA: Principal = { id: 'oidc-ada', roles: ['reader'], teams: ['search'] };

let dir: string;
let file: string;
let service: Service;
let issuer: Issuer;
let store: ReturnType<typeof dynamoApiKeyStore>;
let env: Record<string, string>;
let authorise: Lambda;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'modelmeter-authorise-'));
  [file, service, issuer] = await Promise.all([bundle('authorise', dir), startDynalite(), startIssuer()]);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
  const { state } = await createTables(client);
  store = dynamoApiKeyStore({ client, table: state });
  env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: service.endpoint,
    STATE_TABLE: state,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: 'modelmeter,its-client',
    ROLES_CLAIM: 'modelmeter_roles',
    TEAMS_CLAIM: 'modelmeter_teams',
  };
  authorise = lambda({ name: 'authorise', file, env });
});
afterAll(async () => {
  await authorise?.kill();
  await service?.stop();
  issuer?.stop();
  rmSync(dir, { recursive: true });
});

/** As API Gateway sends it: names of headers in small letters. */
const eventWith = (authorization: string | undefined) => ({
  version: '2.0',
  type: 'REQUEST',
  routeArn: 'arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET/v1/query',
  identitySource: authorization === undefined ? [] : [authorization],
  routeKey: 'GET /v1/query',
  headers: { host: 'api.example', ...(authorization !== undefined && { authorization }) },
});
const ask = async (authorization: string | undefined, by = authorise): Promise<Principal | false> => {
  const { isAuthorized, context } = (await by.invoke(eventWith(authorization))) as {
    isAuthorized: boolean;
    context?: { principal: string };
  };
  expect(isAuthorized).toBe(context !== undefined);
  return context ? JSON.parse(context.principal) : false;
};
const aKey = (more: Partial<NewApiKey> = {}, nowMs = Date.now()) =>
  createApiKey({ keys: store, crypto: keyCrypto })(
    { name: 'ci', roles: ['writer'], teams: ['search'], ...more },
    nowMs,
  );

describe('an API key at the door of AWS', () => {
  it('is known as Bearer and as password of Basic, with its roles and teams', async () => {
    const { key, kept } = await aKey();
    const basic = `Basic ${Buffer.from(`prometheus:${key}`).toString('base64')}`;

    for (const authorization of [`Bearer ${key}`, basic])
      expect(await ask(authorization)).toEqual({ id: `key-${kept.id}`, roles: ['writer'], teams: ['search'] });
  });

  it('is refused once revoked, once expired, with another secret, and when nobody made it', async () => {
    const [revoked, expired, right] = [await aKey(), await aKey({ lifetimeMs: 1 }, Date.now() - 1_000), await aKey()];
    await revokeApiKey({ keys: store })(revoked.kept.id, Date.now());
    const other = right.key.slice(0, -1) + (right.key.endsWith('A') ? 'B' : 'A');
    const unknown = `mm_000000000000_${'A'.repeat(43)}`;

    for (const key of [revoked.key, expired.key, other, unknown, right.kept.id, 'mm_', right.key.toUpperCase()])
      expect(await ask(`Bearer ${key}`)).toBe(false);
    expect(await ask(`Bearer ${right.key}`)).not.toBe(false);
  });

  it('is refused where there is none, or it is not in a form we take', async () => {
    const { key } = await aKey();

    for (const authorization of [undefined, '', 'Bearer', `Token ${key}`, key, `Bearer ${key} ${key}`, 'Basic !!'])
      expect(await ask(authorization)).toBe(false);
  });

  it('makes it fail, and never allow or refuse, where the table does not answer', async () => {
    const { key } = await aKey();
    const cut = lambda({ name: 'authorise', file, env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } });

    await expect(ask(`Bearer ${key}`, cut)).rejects.toThrow('could not read an API key');
    await cut.kill();
  });
});

describe('a token at the door of AWS', () => {
  it('is known when its issuer signed it for us', async () => {
    expect(await ask(`Bearer ${issuer.token(FOR_US)}`)).toEqual(ADA);
    expect(await ask(`Bearer ${issuer.ecToken(FOR_US)}`)).toEqual(ADA);
    expect(await ask(`Bearer ${issuer.token({ ...FOR_US, aud: ['other', 'modelmeter'] })}`)).toEqual(ADA);
  });

  it("is known as Cognito's access token, which says client_id and no aud", async () => {
    const access = { token_use: 'access', client_id: 'its-client', ...TEAMS };

    expect(await ask(`Bearer ${issuer.token(access)}`)).toEqual(ADA);
    expect(await ask(`Bearer ${issuer.token({ ...access, client_id: 'other' })}`)).toBe(false);
    expect(await ask(`Bearer ${issuer.token({ ...access, aud: 'other' })}`)).toBe(false);
    expect(await ask(`Bearer ${issuer.token({ ...access, token_use: 'id' })}`)).toBe(false);
  });

  const nowS = Math.floor(Date.now() / 1000);
  it.each<[string, () => string]>([
    ['expired', () => issuer.token({ ...FOR_US, exp: nowS - 1 })],
    ['without an end', () => issuer.token({ ...FOR_US, exp: undefined })],
    ['not valid yet', () => issuer.token({ ...FOR_US, nbf: nowS + 600 })],
    ['of another issuer', () => issuer.token({ ...FOR_US, iss: 'https://evil.example' })],
    ['for another audience', () => issuer.token({ ...FOR_US, aud: 'other' })],
    ['for no audience', () => issuer.token(TEAMS)],
    ['of nobody', () => issuer.token({ ...FOR_US, sub: undefined })],
    ['without a role', () => issuer.token({ ...FOR_US, modelmeter_roles: [] })],
    ['without a team', () => issuer.token({ ...FOR_US, modelmeter_teams: undefined })],
    ['unsigned (alg none)', () => signed({ alg: 'none', kid: 'rsa' }, issuer.claims(FOR_US))],
    ['unsigned (alg RS256)', () => `${signed({ alg: 'RS256', kid: 'rsa' }, issuer.claims(FOR_US))}AAAA`],
    ['signed by the public key as a password (HS256)', () => hmacSigned()],
    [
      'signed by another key of that name',
      () => signed({ alg: 'RS256', kid: 'ec' }, issuer.claims(FOR_US), issuer.rsa.privateKey),
    ],
    [
      'signed by a key that nobody knows',
      () => signed({ alg: 'RS256', kid: 'x' }, issuer.claims(FOR_US), issuer.rsa.privateKey),
    ],
    ['changed after it was signed', () => tampered()],
  ])('is refused when it is %s', async (_, make) => {
    expect(await ask(`Bearer ${make()}`)).toBe(false);
    expect(await ask(`Bearer ${issuer.token(FOR_US)}`)).toEqual(ADA);
  });

  const hmacSigned = () => {
    const [input] = /^[^.]+\.[^.]+/.exec(signed({ alg: 'HS256', kid: 'rsa' }, issuer.claims(FOR_US)))!;
    const pem = issuer.rsa.publicKey.export({ format: 'pem', type: 'spki' });
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  };
  const tampered = () => {
    const [header, , signature] = issuer.token(FOR_US).split('.');
    const claims = issuer.claims({ ...FOR_US, modelmeter_teams: ['*'] });
    return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  };

  it('is checked by keys that are fetched once for many, and again when the issuer has new ones', async () => {
    const fresh = lambda({ name: 'authorise', file, env });
    const before = issuer.state.asked;
    for (let i = 0; i < 3; i++) await ask(`Bearer ${issuer.token(FOR_US)}`, fresh);
    const once = issuer.state.asked - before;

    const token = issuer.rotate();
    const known = await ask(`Bearer ${token(FOR_US)}`, fresh);

    expect([once, known]).toEqual([2, ADA]);
    await fresh.kill();
  });

  it('makes it fail where the issuer does not answer, and is known once that does', async () => {
    const cold = lambda({ name: 'authorise', file, env });
    const token = issuer.ecToken(FOR_US);
    issuer.state.isDown = true;
    await expect(ask(`Bearer ${token}`, cold)).rejects.toThrow('cannot read http');

    issuer.state.isDown = false;
    expect(await ask(`Bearer ${token}`, cold)).toEqual(ADA);
    await cold.kill();
  });
});

describe('the log of the authoriser', () => {
  it('says that and why a token was refused, and nothing of keys and tokens', async () => {
    const { key } = await aKey();
    const secret = key.slice(16);
    const tokens = [
      issuer.ecToken(FOR_US),
      issuer.ecToken({ ...FOR_US, exp: 1 }),
      issuer.ecToken({ ...FOR_US, aud: 'private' }),
    ];
    const credentials = [key, `${key.slice(0, -4)}AAAA`, ...tokens];
    const script = `
      const { handler } = require(${JSON.stringify(file)});
      (async () => {
        for (const credential of ${JSON.stringify(credentials)})
          await handler({ headers: { authorization: 'Bearer ' + credential } }, { awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 });
      })();`;
    const child = spawn(process.execPath, ['-e', script], { env: { ...env, AWS_LAMBDA_FUNCTION_NAME: 'authorise' } });

    const logged = (await text(child.stdout)) + (await text(child.stderr));

    expect(logged).toContain('"reason":"expired"');
    expect(logged).toContain('"reason":"for another audience"');
    const parts = [secret.slice(0, 12), ...tokens.flatMap((token) => token.split('.').slice(1)), 'private', 'ada'];
    for (const part of parts) expect(logged).not.toContain(part);
  });
});
