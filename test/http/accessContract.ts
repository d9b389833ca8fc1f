import { afterEach, describe, expect, it } from 'vitest';
import { keyAuthentication } from '../../adapters/http/access.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { AppError } from '../../core/errors.ts';
import type { BatchLog, Principal } from '../../core/ports.ts';
import { JSON_TYPE, type StartServer, type TestServer } from './testServer.ts';

/** Who may do what, and what is answered when too much comes or something fails, by every door. */
export const accessContract = (start: StartServer) => {
  let server: TestServer;
  afterEach(() => server.stop());

  const anEvent = JSON.stringify({ kind: 'inference', deployment: 'd', latencyMs: 5, status: 'ok' });
  const send = () => server.post('/v1/events', anEvent, JSON_TYPE);

  describe('who may ask', () => {
    it('is who has the role for it', async () => {
      const principal: Principal = { id: 'viewer', roles: ['reader'], teams: [] };
      server = await start({ authenticate: () => principal });

      expect((await send()).status).toBe(403);
    });

    it('does not share retries with other callers', async () => {
      const callers = ['a', 'b'].map((id): { key: string; principal: Principal } => ({
        key: id,
        principal: { id, roles: ['writer'], teams: [] },
      }));
      server = await start({ authenticate: keyAuthentication(callers) });
      const as = async (key: string) => {
        const headers = { ...JSON_TYPE, Authorization: `Bearer ${key}`, 'Idempotency-Key': 'same' };
        const response = await server.post('/v1/events', anEvent, headers);
        return ((await response.json()) as { batchId: string }).batchId;
      };

      expect(await as('a')).not.toBe(await as('b'));
      expect(await as('a')).toBe(await as('a'));
    });
  });

  describe('under load', () => {
    it('answers 429 with Retry-After when too much is in flight, and takes more again afterwards', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const memory = memoryBatchLog();
      const slow: BatchLog = { ...memory, append: (entry) => held.then(() => memory.append(entry)) };
      server = await start({ maxInFlight: { maxBytes: 1, maxRequests: 10 } }, slow);

      const first = send();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const second = await send();
      release();

      expect(second.status).toBe(429);
      expect(second.headers.get('retry-after')).toBe('1');
      expect((await first).status).toBe(202);
      expect((await send()).status).toBe(202);
    });

    it('answers 503 with Retry-After when too much waits to be rolled up', async () => {
      server = await start({ isOverloaded: () => true });

      const response = await send();

      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    });

    it('answers 503 with Retry-After when the disk is full', async () => {
      const append = async () => {
        throw new AppError('storageFull', 'no space left');
      };
      server = await start({}, { ...memoryBatchLog(), append });

      const response = await send();

      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    });

    it('answers a bug with an id that is in the log, and with nothing of its insides', async () => {
      const catalog = async () => {
        throw new TypeError('secret detail');
      };
      server = await start({ catalog });

      const response = await server.get('/v1/catalog');
      const text = await response.text();

      expect(response.status).toBe(500);
      expect(text).not.toContain('secret');
      expect(server.logged[0]).toContain('secret detail');
      expect(server.logged[0]).toContain(/under ([0-9a-f-]+)/.exec(text)![1]);
    });
  });
};
