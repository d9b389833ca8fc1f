import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';
import { removeOrphans } from './archive/files.ts';
import { manifest } from './archive/manifest.ts';
import { openDatabase } from './sqlite/database.ts';
import { isBusy, storageError } from './sqlite/errors.ts';
import { LOG_SCHEMA, ROLLUPS_SCHEMA } from './sqlite/schema.ts';

/** Where things are in a data folder. */
export const pathsIn = (dir: string) => ({
  log: join(dir, LOG_SCHEMA.file),
  rollups: join(dir, ROLLUPS_SCHEMA.file),
  archive: join(dir, 'archive'),
});

const SINCE_FILE = 'since';

/** When a data folder was first used, epoch ms; the first call says that it is now. */
export const inUseSince = (dir: string): number => {
  const path = join(dir, SINCE_FILE);
  if (!existsSync(path)) writeFileSync(path, new Date().toISOString());
  const sinceMs = Date.parse(readFileSync(path, 'utf8'));
  return Number.isNaN(sinceMs) ? statSync(path).birthtimeMs : sinceMs;
};

/**
 * Takes a data folder for this process: makes it when it is not there, brings it to the current data format, and
 * removes what a killed process left. Once for each process, before any store is opened.
 *
 * @throws AppError storageFailed when another process has it, or when it is of a newer format than this program
 */
export const openDataFolder = (dir: string): { close(): void } => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const lock = takeLock(dir);
  try {
    const paths = pathsIn(dir);
    openDatabase(paths.rollups, ROLLUPS_SCHEMA).close();
    const log = openDatabase(paths.log, LOG_SCHEMA);
    removeOrphans(paths.archive, new Set(manifest(log).paths()));
    log.close();
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
};

/** A lock of SQLite's: the system lets go of it however the process ends, so none is ever stale. */
const takeLock = (dir: string): { close(): void } => {
  const pidFile = join(dir, 'pid');
  const db = new DatabaseSync(join(dir, 'lock'));
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw storageError(`lock ${dir}`, pidFile, error);
    throw new AppError(
      'storageFailed',
      `${dir} is in use by process ${readFileSync(pidFile, 'utf8')}: stop that, or use another folder (MODELMETER_DATA)`,
      { cause: error },
    );
  }
  writeFileSync(pidFile, String(process.pid));
  return { close: () => db.close() };
};
