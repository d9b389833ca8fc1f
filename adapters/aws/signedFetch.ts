import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export interface SignedRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Gives up after this long, milliseconds, so that a function ends by itself. */
const PATIENCE_MS = 15_000;

/**
 * Requests signed as AWS wants them (Signature Version 4), for what needs no client of the SDK.
 *
 * @param service the name that is signed, for example `execute-api`
 */
export const signedFetch = (of: {
  service: string;
  region: string;
  credentials: () => Promise<Credentials>;
}): ((request: SignedRequest) => Promise<Response>) => {
  const signer = new SignatureV4({ ...of, sha256: Sha256 });
  return async ({ method, url, headers = {}, body }) => {
    const { origin, protocol, host, hostname, port, pathname, search, searchParams } = new URL(url);
    const signed = await signer.sign({
      method,
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      query: queryOf(searchParams),
      headers: { ...headers, host },
      ...(body !== undefined && { body }),
    });
    // fetch sets Host itself.
    const { host: _, ...sent } = signed.headers;
    // A plus is no blank to AWS.
    return fetch(origin + pathname + search.replaceAll('+', '%20'), {
      method,
      headers: sent,
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  };
};

const queryOf = (params: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name)]));

/** What the signer wants of a hash, by Node's. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Buffer => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
};
