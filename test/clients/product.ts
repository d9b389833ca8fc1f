import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRuntime } from '../../adapters/local/runtime.ts';
import { Config } from '../../core/config.ts';
import type { QueryAnswer } from '../../core/usecases/query.ts';

/** The whole product on a free port of loopback, its data in a folder of its own. */
export interface Product {
  url: string;
  dataDir: string;
  /** What was logged as warnings and errors. */
  logged: string[];
  /** Fetches a path as a caller with the right key. */
  call(path: string, init?: RequestInit): Promise<Response>;
  query(params: Record<string, string>): Promise<QueryAnswer>;
  /** One stat of one group over the last hour; undefined where there is no such series. Waits until all is rolled up. */
  value(metric: string, stat: string, filter?: string): Promise<number | null | undefined>;
  /** As `value`, by the values of one label. */
  valuesBy(label: string, metric: string, stat: string): Promise<Record<string, number | null>>;
  /** Waits until everything accepted so far is rolled up. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const LONGEST_WAIT_MS = 20_000;
const LAST_HOUR = { from: 'now-1h', to: 'now', step: 'all' };

export const startProduct = async ({ token }: { token?: string } = {}): Promise<Product> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelmeter-clients-'));
  const logged: string[] = [];
  const log = (message: string, fields: object = {}) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const runtime = await startRuntime({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    config: Config.parse({}),
    tokens: token === undefined ? [] : [token],
    log: { info: () => {}, warn: log, error: log },
  });

  const call: Product['call'] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    return fetch(runtime.url + path, { ...init, headers });
  };
  const query: Product['query'] = async (params) => {
    const response = await call(`/v1/query?${new URLSearchParams(params)}`);
    if (!response.ok) throw new Error(`the query was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as QueryAnswer;
  };
  const settled = async () => {
    const until = Date.now() + LONGEST_WAIT_MS;
    const rounds = new Set<number | null>();
    while (Date.now() < until) {
      const health = (await (await call('/healthz')).json()) as {
        backlogBatches: number;
        newestRollupMs: number | null;
      };
      // Where senders never rest, the second round from now on has taken all that was there when we asked.
      rounds.add(health.newestRollupMs);
      if (health.backlogBatches === 0 || rounds.size > 2) return;
      await sleep(50);
    }
    throw new Error(`not rolled up within ${LONGEST_WAIT_MS} ms: ${logged.join('\n')}`);
  };

  return {
    url: runtime.url,
    dataDir,
    logged,
    call,
    query,
    settled,
    async value(metric, stat, filter) {
      await settled();
      const { series } = await query({ metric, stat, ...LAST_HOUR, ...(filter && { filter }) });
      return series[0]?.points[0]?.[1];
    },
    async valuesBy(label, metric, stat) {
      await settled();
      const { series } = await query({ metric, stat, groupBy: label, ...LAST_HOUR });
      return Object.fromEntries(series.map(({ labels, points }) => [labels[label]!, points[0]![1]]));
    },
    async stop() {
      await runtime.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
