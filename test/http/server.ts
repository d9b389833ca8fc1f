import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { httpApp } from '../../adapters/http/app.ts';
import type { HttpDependencies } from '../../adapters/http/dependencies.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import type { BatchLog } from '../../core/ports.ts';
import { QUERY_PARAMS } from '../../core/query/params.ts';
import { getDeployment, listDeployments, putDeployment } from '../../core/usecases/deployments.ts';
import { ingest } from '../../core/usecases/ingest.ts';

export interface TestServer {
  url: string;
  log: BatchLog;
  /** What was logged as errors. */
  logged: string[];
  post(path: string, body: NonNullable<RequestInit['body']>, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const notGiven = () => {
  throw new Error('exports are tried over real stores: test/cli');
};

/** Dependencies over memory; queries answer what they were asked. */
export const testDependencies = (log: BatchLog, logged: string[]): HttpDependencies => {
  const deployments = memoryDeploymentStore();
  return {
    ingest: ingest({ log }),
    query: async (_principal, params) => ({ asked: [...params.keys()] }),
    queryCsv: async () => 'time,value\n',
    catalog: async () => ({ metrics: [], params: QUERY_PARAMS }),
    dimension: async (_principal, name) => ({ name, values: [] }),
    listDeployments: listDeployments({ deployments }),
    getDeployment: getDeployment({ deployments }),
    putDeployment: putDeployment({ deployments }),
    health: async (principal) => ({ status: 'ok', asks: principal?.id ?? 'nobody' }),
    page: '<!doctype html><script>1</script>',
    exports: {
      readEvents: notGiven,
      exportParquet: notGiven,
      readRollups: notGiven,
      exportRollupsParquet: notGiven,
      scratchDir: '',
    },
    door: { maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false },
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
    now: Date.now,
  };
};

/** The real HTTP side on a free port of loopback. */
export const testServer = async (
  more: Partial<HttpDependencies> = {},
  log: BatchLog = memoryBatchLog(),
): Promise<TestServer> => {
  const logged: string[] = [];
  const app = httpApp({ ...testDependencies(log, logged), ...more });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
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

export const JSON_TYPE = { 'Content-Type': 'application/json' };
