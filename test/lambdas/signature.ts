import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it arrived. */
export interface Received {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const partsOf = (authorization = '') => {
  const [, credential = '', signedHeaders = '', signature = ''] =
    /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(authorization) ?? [];
  return { scope: credential.split('/').slice(1), signedHeaders: signedHeaders.split(';'), signature };
};

/** The signature that a request came with; '' = none. */
export const signatureIn = ({ headers }: Received): string => partsOf(headers.authorization).signature;

/**
 * The signature that a request should have, by AWS's description of Signature Version 4, step by step:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const signatureOf = ({ method, url, headers, body }: Received, { secret }: { secret: string }): string => {
  const { scope, signedHeaders } = partsOf(headers.authorization);
  const [path = '/', query = ''] = url.split('?');
  const params = query === '' ? [] : query.split('&').map((pair) => pair.split('=').map(decodeURIComponent));
  const canonicalRequest = [
    method,
    path.split('/').map(encoded).join('/'),
    params
      .map(([name = '', value = '']) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...signedHeaders.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), sha256(canonicalRequest)].join('\n');
  const key = scope.reduce<string | Buffer>((sofar, part) => hmac(sofar, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
};
