import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** What a result was measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  duckdb: string;
  /** Runnable processes over the last minute, before the run: above about 0.5 the numbers are ratios at best. */
  loadBefore: number;
}

const duckdbVersion = (): string => {
  const manifest = new URL('../node_modules/@duckdb/node-api/package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
};

export const machine = (): Machine => ({
  cpu: cpus()[0]!.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  duckdb: duckdbVersion(),
  loadBefore: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]),
});
