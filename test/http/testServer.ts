import type { HttpDependencies } from '../../adapters/http/dependencies.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import type { BatchLog } from '../../core/ports.ts';
import { QUERY_PARAMS } from '../../core/query/params.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { costing } from '../../core/usecases/costing.ts';
import { getDeployment, listDeployments, putDeployment } from '../../core/usecases/deployments.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { runQuery } from '../../core/usecases/query.ts';

export interface TestServer {
  url: string;
  log: BatchLog;
  /** What was logged as errors. */
  logged: string[];
  post(path: string, body: NonNullable<RequestInit['body']>, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** Serves the HTTP side somewhere; what is given stands over `testDependencies`. */
export type StartServer = (more?: Partial<HttpDependencies>, log?: BatchLog) => Promise<TestServer>;

const notGiven = () => {
  throw new Error('exports and bills are tried over real stores: test/cli');
};

const emptyQuery = () => {
  const rollups = memoryRollupStore();
  return runQuery({ rollups, reader: blockReader({ rollups, compression: zstd() }, 1_000_000) });
};

/** Dependencies over memory; queries answer what they were asked. */
export const testDependencies = (log: BatchLog, logged: string[]): HttpDependencies => {
  const deployments = memoryDeploymentStore();
  return {
    ingest: ingest({ log }),
    query: async (_principal, params) => ({ asked: [...params.keys()] }),
    queryCsv: async () => 'time,value\n',
    ...costing({
      documents: memoryDocumentStore(),
      compression: zstd(),
      query: emptyQuery(),
      budgets: async () => ({}),
    }),
    catalog: async () => ({ metrics: [], params: QUERY_PARAMS }),
    dimension: async (_principal, name) => ({ name, values: [] }),
    listDeployments: listDeployments({ deployments }),
    getDeployment: getDeployment({ deployments }),
    putDeployment: putDeployment({ deployments }),
    listNotices: async (principal) => ({ notices: [], asks: principal.id }),
    health: async (principal) => ({ status: 'ok', asks: principal?.id ?? 'nobody' }),
    page: '<!doctype html><script>1</script>',
    exports: {
      readEvents: notGiven,
      exportParquet: notGiven,
      readRollups: notGiven,
      exportRollupsParquet: notGiven,
      scratchDir: '',
    },
    bills: { addPiece: notGiven, importUpload: notGiven },
    door: { maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false },
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
    now: Date.now,
  };
};

export const JSON_TYPE = { 'Content-Type': 'application/json' };
