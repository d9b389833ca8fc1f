import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathsIn } from '../local/dataFolder.ts';
import { openForReading, versionOf } from '../local/sqlite/database.ts';
import { FORMAT_VERSION } from '../local/sqlite/schema.ts';
import type { Check } from './doctor.ts';

const GIB = 2 ** 30;
/** Below the first, writes will soon fail; below the second there is no room for a compaction of much data. */
const ROOM = { brokenBytes: 0.2 * GIB, adviceBytes: 2 * GIB };
/** Before this was written nothing can have happened. */
const EARLIEST_CLOCK_MS = Date.UTC(2025, 0, 1);

/** Node, the clock, and the data folder. Changes nothing. */
export const checkMachine = (dataDir: string): Check[] => [
  { state: 'ok', what: `Node ${process.versions.node}` }, // an older one does not come this far
  clock(),
  ...folder(dataDir),
];

const clock = (): Check => {
  const now = new Date();
  if (now.getTime() >= EARLIEST_CLOCK_MS) return { state: 'ok', what: `the clock says ${now.toISOString()}` };
  return {
    state: 'broken',
    what: `the clock says ${now.toISOString()}, which cannot be`,
    remedy: 'set it, best by NTP: telemetry is refused when it is dated 10 minutes ahead of the clock',
  };
};

const folder = (dir: string): Check[] => {
  const isThere = existsSync(dir);
  const at = isThere ? dir : nearestFolder(dir);
  if (!isWritable(at)) {
    const remedy = `chown -R $(id -un) ${at}, or choose another with --data or MODELMETER_DATA`;
    return [{ state: 'broken', what: `the data folder ${dir} cannot be written by you`, remedy }];
  }
  const there: Check = { state: 'ok', what: `data folder ${dir}${isThere ? '' : ' (made at the first start)'}` };
  return [there, ...(isThere ? [format(dir)] : []), room(at, isThere ? dir : undefined)];
};

const nearestFolder = (dir: string): string => (existsSync(dir) ? dir : nearestFolder(dirname(dir)));

const isWritable = (dir: string): boolean => {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return statSync(dir).isDirectory();
  } catch {
    return false;
  }
};

const format = (dir: string): Check => {
  const { log, rollups } = pathsIn(dir);
  const versions = new Set<number>();
  for (const path of [log, rollups]) {
    if (!existsSync(path)) continue;
    try {
      const db = openForReading(path);
      versions.add(versionOf(db));
      db.close();
    } catch (error) {
      const remedy = 'restore a backup (modelmeter backup takes them), or move the file away to start anew';
      return { state: 'broken', what: `${path} cannot be read: ${(error as Error).message}`, remedy };
    }
  }
  if (versions.size === 0) return { state: 'ok', what: 'no data yet' };
  const newest = Math.max(...versions);
  const what = `data format ${[...versions].join(' and ')}; this program's is ${FORMAT_VERSION}`;
  if (newest > FORMAT_VERSION) return { state: 'broken', what, remedy: 'run a newer Modelmeter on this data' };
  return { state: 'ok', what: versions.has(FORMAT_VERSION) ? what : `${what}: brought up to date at the next start` };
};

const room = (at: string, dir: string | undefined): Check => {
  const { bavail, bsize } = statfsSync(at);
  const freeBytes = bavail * bsize;
  const used = dir === undefined ? '' : `, ${gib(bytesIn(dir))} used by the data`;
  const what = `${gib(freeBytes)} free on the disk${used}`;
  const state = freeBytes < ROOM.brokenBytes ? 'broken' : freeBytes < ROOM.adviceBytes ? 'advice' : 'ok';
  if (state === 'ok') return { state, what };
  return {
    state,
    what,
    remedy: 'make room, or keep less: retention in the configuration; on a full disk all is refused',
  };
};

const gib = (bytes: number) => `${(bytes / GIB).toFixed(bytes < GIB ? 3 : 1)} GiB`;

/** Bytes of all files below; one that goes away meanwhile counts as nothing. */
const bytesIn = (dir: string): number =>
  readdirSync(dir, { recursive: true }).reduce(
    (sum: number, name) => sum + (statSync(join(dir, String(name)), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
