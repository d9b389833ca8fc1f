/** On every answer: nothing of it is to be framed, sniffed, run or kept by a browser. */
const SECURITY = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};
const NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** An answer with the headers of every answer. `body` undefined = none. */
export const respond = (
  status: number,
  contentType: string | undefined,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  // Plain objects, not Headers: the server writes them as they are, which is much cheaper.
  new Response(body ?? null, {
    status,
    headers: {
      ...(contentType !== undefined && { 'Content-Type': contentType }),
      ...SECURITY,
      'Content-Security-Policy': NO_CONTENT_POLICY,
      ...headers,
    },
  });

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  respond(status, 'application/json', JSON.stringify(value), headers);
