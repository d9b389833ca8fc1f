import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type ServerProcess, startServer } from './serverProcess.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Range of time, epoch milliseconds: from inclusive, to exclusive. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** A system under comparison: how to start it and how it is asked. */
export interface System {
  name: string;
  args: readonly string[];
  /** The environment variable that names its data folder. */
  dataVariable: string;
  /** Path of the question how many events of a range can be queried; absent = it answers no queries. */
  countPath?: (range: TimeRange) => string;
  /** The number in the answer to that question. */
  countOf?: (answer: unknown) => number;
  /** Posted after the load, for a system that tidies up only when told. */
  tidyPath?: string;
}

export const FLOOR: System = { name: 'floor', args: [here('./peers/floorServer.ts')], dataVariable: 'DATA_DIR' };

export const DUCKDB: System = {
  name: 'duckdb',
  args: [here('./peers/duckdbServer.ts')],
  dataVariable: 'DATA_DIR',
  countPath: ({ fromMs, toMs }) => `/query?name=count&from=${fromMs}&to=${toMs}`,
  countOf: (answer) => (answer as { columns: number[][] }).columns[0]![0]!,
  tidyPath: '/checkpoint',
};

export const MODELMETER: System = {
  name: 'modelmeter',
  args: [here('../bin/modelmeter.ts'), 'serve'],
  dataVariable: 'MODELMETER_DATA',
  countPath: ({ fromMs, toMs }) => `/v1/query?metric=inference.requests&stat=count&from=${fromMs}&to=${toMs}&step=all`,
  countOf: (answer) => (answer as { series: { points: [number, number | null][] }[] }).series[0]?.points[0]?.[1] ?? 0,
};

export const SYSTEMS: readonly System[] = [FLOOR, DUCKDB, MODELMETER];

/** A system that runs on an empty data folder of its own. */
export interface RunningSystem extends ServerProcess {
  system: System;
  folder: string;
  /** Stops it and removes its data. */
  discard: () => Promise<void>;
}

/** Starts a system. With `profileDir` its process writes a V8 CPU profile there when it ends. */
export const startSystem = async (system: System, profileDir?: string): Promise<RunningSystem> => {
  const folder = mkdtempSync(join(tmpdir(), `bench-${system.name}-`));
  const server = await startServer({
    args: system.args,
    nodeArgs: profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`],
    env: { [system.dataVariable]: folder },
    port: await freePort(),
  });
  return {
    ...server,
    system,
    folder,
    async discard() {
      await server.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** The JSON that a path answers; throws with the answer's text when it is not 2xx. */
export const getJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
};

/** How many events of the range can be queried now. */
export const queryable = async ({ url, system }: RunningSystem, range: TimeRange): Promise<number> => {
  if (!system.countPath || !system.countOf) throw new Error(`${system.name} answers no queries`);
  return system.countOf(await getJson(url + system.countPath(range)));
};

/** Tells the system to tidy up, where it has to be told. */
export const tidy = async ({ url, system }: RunningSystem): Promise<void> => {
  if (system.tidyPath) await fetch(url + system.tidyPath, { method: 'POST' });
};
