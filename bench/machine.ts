import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a result was measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  duckdb: string;
  /** Part of all cores' time that others used in the second before the run, 0 to 1: well above 0, only ratios count. */
  busyBefore: number;
}

const duckdbVersion = (): string => {
  const manifest = new URL('../node_modules/@duckdb/node-api/package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
};

const busyRatio = async (): Promise<number> => {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const idleMs = () => sum(cpus().map(({ times }) => times.idle));
  const allMs = () => sum(cpus().flatMap(({ times }) => Object.values(times)));
  const before = { idleMs: idleMs(), allMs: allMs() };
  await sleep(1000);
  return Number((1 - (idleMs() - before.idleMs) / (allMs() - before.allMs)).toFixed(2));
};

export const machine = async (): Promise<Machine> => ({
  cpu: cpus()[0]!.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  duckdb: duckdbVersion(),
  busyBefore: await busyRatio(),
});
