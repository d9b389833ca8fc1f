import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { serve } from '@hono/node-server';
import { type Config, registryOf } from '../../core/config.ts';
import type { BatchLog } from '../../core/ports.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { DAY, MINUTE } from '../../core/telemetry/families.ts';
import { catalog, dimensionValues } from '../../core/usecases/catalog.ts';
import { costing } from '../../core/usecases/costing.ts';
import {
  configureDeployments,
  getDeployment,
  listDeployments,
  putDeployment,
} from '../../core/usecases/deployments.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { listNotices } from '../../core/usecases/notices.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { pageHtml } from '../../dashboards/web/page.ts';
import { LOCAL_PRINCIPAL } from '../http/access.ts';
import { httpApp } from '../http/app.ts';
import { queryCsv } from '../http/queryCsv.ts';
import { localAuthentication } from './authentication.ts';
import { billsOf } from './bills/billsOf.ts';
import { clientHash } from './clientHash.ts';
import { openDataFolder, pathsIn } from './dataFolder.ts';
import { exportsOf } from './exports.ts';
import { healthOf } from './health.ts';
import type { Log } from './log.ts';
import { logNotifier } from './logNotifier.ts';
import { logWriter } from './logWriter.ts';
import { localPorts } from './ports.ts';
import { backgroundThread } from './thread.ts';
import { type TrafficMeter, trafficMeter } from './traffic.ts';

export interface RuntimeOptions {
  host: string;
  /** 0 = any that is free. */
  port: number;
  dataDir: string;
  config: Config;
  /** Keys of callers, besides the API keys in the data folder; without either everybody on this machine may do everything. */
  tokens: readonly string[];
  /** The key of what this process runs itself, such as the demo. */
  ownToken?: string | undefined;
  /** Of the pseudonyms of clients; when absent one is kept in the data folder. */
  salt?: string | undefined;
  log: Log;
}

export interface Runtime {
  url: string;
  /** Takes no more requests, rolls up what waits, closes the data folder. */
  stop(): Promise<void>;
}

/** Open blocks that queries keep in memory. */
const BLOCK_CACHE_BYTES = 96 * 1024 * 1024;
/** More batches than this waiting to be rolled up: the sender is told to come back. */
const LONGEST_BACKLOG = 50_000;
const REQUEST_MS = 30_000;
const STOP_MS = 5_000;

/** Runs the whole of Modelmeter in this process: door, queries, and the background thread. */
export const startRuntime = async (options: RuntimeOptions): Promise<Runtime> => {
  const { config, dataDir, log } = options;
  const folder = openDataFolder(dataDir);
  const ports = localPorts(dataDir);
  const { batchLog, rollupStore: rollups, deploymentStore: deployments, noticeStore: notices, compression } = ports;
  await configureDeployments({ deployments })(registryOf(config), Date.now());

  const reading = { rollups, reader: blockReader({ rollups, compression }, BLOCK_CACHE_BYTES) };
  const query = runQuery(reading);
  const traffic = trafficMeter();
  const startedMs = Date.now();
  const health = healthOf({
    traffic,
    startedMs,
    log: batchLog,
    folded: () => foldedIn(query),
  });
  const notifier = logNotifier(log);
  const background = backgroundThread(
    {
      dataDir,
      retention: config.retention,
      limits: config.cardinality,
      costing: { costs: config.costs, prices: config.prices, retention: config.retention },
      evaluation: {
        ...config.thresholds,
        budgets: config.budgets,
        runbookUrl: config.aws.runbookUrl,
        openSinceMs: startedMs,
      },
    },
    log,
    (message) => {
      health.tell(message);
      if (message.kind === 'failed')
        log.error(`the background thread failed at ${message.what}`, { error: message.error });
      if (message.kind === 'notice') void notifier.tell(message.notice);
    },
  );

  const writer = logWriter(pathsIn(dataDir).log, log);
  const keep = ingest({ log: counting(writer, traffic) });
  const app = httpApp({
    ingest: async (principal, request) => {
      const receipt = await keep(principal, request);
      background.wake();
      return receipt;
    },
    query,
    queryCsv: queryCsv(query),
    ...costing({ documents: ports.documentStore, compression, query, budgets: async () => config.budgets }),
    catalog: catalog(reading),
    dimension: dimensionValues(reading),
    listDeployments: listDeployments({ deployments }),
    getDeployment: getDeployment({ deployments }),
    putDeployment: putDeployment({ deployments }),
    listNotices: listNotices({ notices, deployments }),
    health: (principal) => health.report(principal, Date.now()),
    page: pageHtml,
    door: {
      maxAgeMs: 35 * DAY,
      maxAheadMs: 10 * MINUTE,
      keepContent: config.keepContent,
      ...(config.hashClients ? { hashClient: clientHash({ dataDir, salt: options.salt }) } : {}),
      replicaLabels: config.replicaLabels,
    },
    allowedHosts: config.allowedHosts,
    authenticate: localAuthentication({ ...options, keys: ports.apiKeyStore, now: Date.now }),
    isOverloaded: () => health.backlog() > LONGEST_BACKLOG,
    exports: exportsOf(dataDir, ports),
    bills: billsOf(dataDir, config, Date.now),
    log: (message, fields) => log.error(message, fields),
    now: Date.now,
  });

  const { server, port } = await listen(app.fetch, options);
  background.wake();
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    async stop() {
      await closeServer(server);
      await writer.stop();
      await background.stop();
      health.stop();
      ports.close();
      folder.close();
    },
  };
};

/** The log, with what comes in counted for the page: a retry is not an arrival. */
const counting = (log: Pick<BatchLog, 'append'>, traffic: TrafficMeter): BatchLog => ({
  ...(log as BatchLog),
  append: async (entry) => {
    const answer = await log.append(entry);
    const { batch, receipt } = entry;
    if (answer.kind === 'appended') traffic.accepted(batch.content, receipt.rejected, batch.receivedAt);
    if (answer.kind === 'duplicate') traffic.duplicate();
    return answer;
  },
});

/** What was folded over the last day, by family and dimension. */
const foldedIn = async (query: ReturnType<typeof runQuery>) => {
  const params = new URLSearchParams('metric=modelmeter.folded&groupBy=family,dimension&step=all&from=now-24h');
  const { series } = await query(LOCAL_PRINCIPAL, params, Date.now());
  return series.map(({ labels, points }) => ({ ...labels, count: points[0]?.[1] ?? 0 }));
};

const listen = (fetch: Parameters<typeof serve>[0]['fetch'], { host, port }: RuntimeOptions) =>
  new Promise<{ server: Server; port: number }>((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, (info) => resolve({ server, port: info.port })) as Server;
    // A client that sends its request slower than this holds a place that others need.
    server.requestTimeout = REQUEST_MS;
    server.headersTimeout = REQUEST_MS / 2;
    // Longer than clients keep a connection that is idle: one closed under a request is an error that nobody made.
    server.keepAliveTimeout = 2 * REQUEST_MS;
    server.on('clientError', answerBroken);
    server.once('error', reject);
  });

/** What is no HTTP, or comes too slowly or with too large a head, is told so as every other problem is. */
const answerBroken = (error: NodeJS.ErrnoException, socket: Duplex) => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, title] = BROKEN[error.code ?? ''] ?? [400, 'Bad Request'];
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    status,
    detail: `the request was broken off: ${error.message}`,
  });
  const head = `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nConnection: close`;
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
const BROKEN: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
};

const closeServer = (server: Server) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), STOP_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
