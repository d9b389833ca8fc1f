import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { httpApp } from '../../adapters/http/app.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { type StartServer, testDependencies } from './testServer.ts';

/** The real HTTP side on a free port of loopback. */
export const testServer: StartServer = async (more = {}, log = memoryBatchLog()) => {
  const logged: string[] = [];
  const app = httpApp({ ...testDependencies(log, logged), ...more });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  // As the runtime does: fetch keeps connections, and one that closes under a request is an error that nobody made.
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    log,
    logged,
    post: (path, body, headers = {}) => fetch(url + path, { method: 'POST', body, headers }),
    get: (path, headers = {}) => fetch(url + path, { headers }),
    stop: () =>
      new Promise((resolve) => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
