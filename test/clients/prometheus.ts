import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../../bench/serverProcess.ts';

const NEEDED = ['prometheus', 'prometheus-node-exporter'] as const;

/** Which of the programs that these tests drive are not installed. */
export const missingPrograms = (): string[] =>
  NEEDED.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined);

const START_MS = 15_000;
const SEND_MS = 15_000;

/** A program in the background, started once it answers. */
const startProgram = async (command: string, args: readonly string[], readyUrl: string) => {
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr!.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null; await sleep(50))
    if (
      await fetch(readyUrl).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { stop };
  await stop();
  throw new Error(`${command} did not start:\n${errors}`);
};

export interface NodeExporter {
  /** host:port */
  address: string;
  stop(): Promise<void>;
}

export const startNodeExporter = async (): Promise<NodeExporter> => {
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`--web.listen-address=${address}`];
  const { stop } = await startProgram('prometheus-node-exporter', args, `http://${address}/metrics`);
  return { address, stop };
};

/** A reading: Unix seconds and the value. */
type Reading = [time: number, value: string];

export interface Prometheus {
  /** What its own `/api/v1/query` answers: of an instant query one reading a series, of a range (`x[5m]`) all. */
  ask(query: string): Promise<{ metric: Record<string, string>; value?: Reading; values?: Reading[] }[]>;
  /** Waits until it has written what it read up to this time, epoch milliseconds. */
  sent(untilMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Prometheus as installed: it scrapes `target` every second and writes to `remoteUrl`. */
export const startPrometheus = async (of: {
  replica: string;
  target: string;
  remoteUrl: string;
  password: string;
}): Promise<Prometheus> => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-prometheus-'));
  const config = join(dir, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '1s', external_labels: { prometheus_replica: of.replica } },
      scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [of.target] }] }],
      remote_write: [
        {
          url: `${of.remoteUrl}/api/v1/write`,
          basic_auth: { username: 'prometheus', password: of.password },
          queue_config: { batch_send_deadline: '500ms' },
          metadata_config: { send_interval: '1s' },
        },
      ],
    }),
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const { stop } = await startProgram(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'tsdb')}`, `--web.listen-address=${url.slice(7)}`],
    `${url}/-/ready`,
  );
  return {
    async ask(query) {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
      const { data } = (await response.json()) as { data: { result: Awaited<ReturnType<Prometheus['ask']>> } };
      return data.result;
    },
    async sent(untilMs) {
      for (const until = Date.now() + SEND_MS; Date.now() < until; await sleep(100)) {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        const [, seconds] =
          /^prometheus_remote_storage_queue_highest_sent_timestamp_seconds{.*} (\S+)$/m.exec(metrics) ?? [];
        if (Number(seconds) * 1000 > untilMs) return;
      }
      throw new Error(`Prometheus ${of.replica} has not written everything within ${SEND_MS} ms`);
    },
    async stop() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
