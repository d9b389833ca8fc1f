import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import SnappyJS from 'snappyjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartServer, TestServer } from './testServer.ts';

/** What no request does to any door. */
export const fuzzContract = (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const RUNS = process.env.MODELMETER_LONG ? 5_000 : 250;
  const PATHS = ['/v1/events', '/v1/metrics', '/v1/traces', '/v1/logs', '/api/v1/write'];
  const TYPES = ['application/json', 'application/x-ndjson', 'application/x-protobuf', 'text/plain', ''];
  const PACK: Record<string, (bytes: Uint8Array) => Uint8Array> = {
    identity: (bytes) => bytes,
    gzip: (bytes) => gzipSync(bytes),
    deflate: (bytes) => deflateSync(bytes),
    snappy: (bytes) => SnappyJS.compress(bytes),
  };

  const someEvent = fc.record(
    {
      kind: fc.constantFrom('inference', 'outcome', 'training', 'nonsense'),
      deployment: fc.oneof(fc.string(), fc.integer()),
      latencyMs: fc.oneof(fc.double(), fc.string()),
      status: fc.string(),
      timestamp: fc.oneof(
        fc.integer(),
        fc.double(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.string(),
      ),
      attributes: fc.object(),
      features: fc.dictionary(fc.string(), fc.anything()),
      extra: fc.anything(),
    },
    { requiredKeys: ['kind'] },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.array(someEvent, { maxLength: 5 }).map((events) => Buffer.from(stringified(events))),
  );
  /** JSON.stringify refuses big integers and cannot see what is undefined. */
  const stringified = (value: unknown): string =>
    JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item)) ?? 'null';

  describe('whatever is sent', () => {
    it('is taken or refused with a problem, and is never our mistake', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...PATHS),
          fc.constantFrom(...TYPES),
          fc.constantFrom(...Object.keys(PACK)),
          fc.boolean(),
          bytes,
          async (path, type, encoding, isPackedSo, body) => {
            const packed = isPackedSo ? PACK[encoding]!(body) : body;
            const headers = { 'Content-Type': type, 'Content-Encoding': encoding };

            const response = await server.post(path, new Uint8Array(packed), headers);
            await response.arrayBuffer();

            expect(response.status).toBeLessThan(500);
            if (response.status >= 400)
              expect(response.headers.get('content-type')).toMatch(/problem\+json|x-protobuf/);
          },
        ),
        { numRuns: RUNS },
      );
      expect(server.logged).toEqual([]);
    });

    it('as a path or a parameter is answered too', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.webPath(),
          fc.webQueryParameters(),
          fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
          async (path, query, method) => {
            const response = await fetch(`${server.url}/v1${path}?${query}`, { method });
            await response.arrayBuffer();

            expect(response.status).toBeLessThan(500);
          },
        ),
        { numRuns: RUNS },
      );
      expect(server.logged).toEqual([]);
    });
  });
};
