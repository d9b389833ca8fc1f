import { type LightHeaders, lightHeaders } from './lightHeaders.ts';

/** What a response is made of. */
interface Init {
  status?: number;
  headers?: Iterable<[string, string]> | Readonly<Record<string, string>>;
}

/** A response as far as our routes make it, and as what answers for them reads it: see `lightRequest`. */
class LightResponse {
  readonly status: number;
  readonly headers: LightHeaders;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | null;

  constructor(body: LightResponse['body'] = null, { status = 200, headers = {} }: Init = {}) {
    this.status = status;
    this.headers = lightHeaders(Symbol.iterator in headers ? headers : Object.entries(headers));
    this.body = body;
  }
}

/** A response that is to be sent: of ours or of Node. */
export type AnyResponse = LightResponse | Response;

/**
 * From now on `new Response` makes light ones in this process. Nothing looks at Node's before it is replaced, since a look
 * loads it.
 */
export const useLightResponses = (): void => {
  globalThis.Response = LightResponse as unknown as typeof Response;
};
