import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT as RFC 7515 has it; `alg` as the header says, whatever the key is. */
export const signed = (header: Json, claims: Json, key?: KeyObject): string => {
  const input = `${encoded({ typ: 'JWT', ...header })}.${encoded(claims)}`;
  const isEc = key?.asymmetricKeyType === 'ec';
  const signature = key && sign('sha256', Buffer.from(input), isEc ? { key, dsaEncoding: 'ieee-p1363' } : key);
  return `${input}.${signature?.toString('base64url') ?? ''}`;
};

/** An OIDC provider on loopback: its discovery document, its keys, and tokens signed by them. */
export const startIssuer = async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys: Json[] = [
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig', alg: 'RS256' },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec', use: 'sig' },
  ];
  const state = { isDown: false, asked: 0 };
  const server = createServer((request, response) => {
    state.asked++;
    if (state.isDown) return void response.writeHead(503).end();
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys },
    };
    const found = documents[request.url ?? ''];
    response.writeHead(found ? 200 : 404).end(JSON.stringify(found ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nowS = () => Math.floor(Date.now() / 1000);
  const claims = (more: Json = {}): Json => ({ iss: url, sub: 'ada', iat: nowS(), exp: nowS() + 300, ...more });

  return {
    url,
    state,
    rsa,
    ec,
    claims,
    /** A token of it with these claims besides issuer, subject and times. */
    token: (more: Json = {}) => signed({ alg: 'RS256', kid: 'rsa' }, claims(more), rsa.privateKey),
    ecToken: (more: Json = {}) => signed({ alg: 'ES256', kid: 'ec' }, claims(more), ec.privateKey),
    /** Begins to sign with another key, and stops to show the first. */
    rotate() {
      const fresh = generateKeyPairSync('rsa', { modulusLength: 2048 });
      keys.splice(0, 1, { ...fresh.publicKey.export({ format: 'jwk' }), kid: 'fresh', use: 'sig', alg: 'RS256' });
      return (more: Json = {}) => signed({ alg: 'RS256', kid: 'fresh' }, claims(more), fresh.privateKey);
    },
    stop: () => server.close(),
  };
};

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
