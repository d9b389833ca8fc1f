import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../core/errors.ts';
import { failingAs, isBusy } from './errors.ts';
import type { Schema } from './schema.ts';

/** Longer than this the log of changes is cut even under load, and past four times this by whoever writes. */
const WAL_TARGET_BYTES = 64 * 2 ** 20;
/** How long one thread waits for another to let go of a file. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 1;
/** Free pages given back at once while nobody waits: all of a big deletion would hold up the next writer for seconds. */
const VACUUM_PAGES = 2_000;

/**
 * Opens a database file, makes or migrates its tables, and sets what every connection needs: WAL, and
 * `synchronous = FULL`, so that a commit is on disk when it returns.
 *
 * @throws AppError storageFailed when the file is of a newer version than this program, or no database
 */
export const openDatabase = (path: string, schema: Schema): DatabaseSync =>
  failingAs(`open ${path}`, path, () => {
    const db = new DatabaseSync(path, { timeout: PATIENCE_MS });
    try {
      // Page size and vacuum mode only take in an empty file, before its first table.
      db.exec(`PRAGMA page_size = ${schema.pageSize}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL`);
      // Checkpoints are `tidy`'s, off the path of requests; this is the net below it.
      const pages = (4 * WAL_TARGET_BYTES) / schema.pageSize;
      db.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${pages}`);
      if (versionOf(db) !== schema.version) transaction(db, () => upgrade(db, path, schema));
      db.exec('PRAGMA busy_timeout = 0'); // SQLite would put the whole thread to sleep: see `patiently`
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

/** A second connection to a file that `openDatabase` made ready, for reading beside a writer without waiting for it. */
export const openForReading = (path: string): DatabaseSync =>
  failingAs(`open ${path}`, path, () => new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS }));

export const versionOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()!.user_version);

const upgrade = (db: DatabaseSync, path: string, schema: Schema) => {
  const version = versionOf(db); // again, now that nobody else can change it
  if (version > schema.version) {
    throw new AppError(
      'storageFailed',
      `${path} is of data format ${version}, this program knows formats up to ${schema.version}: run a newer version of it`,
    );
  }
  if (version === 0) db.exec(schema.create);
  else for (const { to, sql } of schema.migrations) if (to > version) db.exec(sql);
  db.exec(`PRAGMA user_version = ${schema.version}`);
};

/** Runs `work` in one write transaction: all of it is on disk when this returns, none of it when it throws. */
export const transaction = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK'); // SQLite itself rolled back some failures
    throw error;
  }
};

/** Tries again, without blocking its thread, while another connection holds the lock. */
export const patiently = async <T>(work: () => T): Promise<T> => {
  const sinceMs = performance.now();
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() - sinceMs > PATIENCE_MS) throw error;
      await sleep(RETRY_MS);
    }
  }
};

/** Runs `work` on one unchanging state of the database. */
export const snapshot = <T>(db: DatabaseSync, work: () => T): T => {
  db.exec('BEGIN');
  try {
    return work();
  } finally {
    db.exec('COMMIT');
  }
};

/**
 * Moves the log of changes into the file, and gives free pages back to the disk. For the background thread, every
 * few seconds. Short enough not to hold up a writer; when `idle` it also leaves the log empty.
 */
export const tidy = (db: DatabaseSync, path: string, { idle }: { idle: boolean }): void =>
  failingAs(`tidy ${path}`, path, () => {
    vacuum(db, idle ? VACUUM_PAGES : 64);
    // The bulk first, beside writers; only what came meanwhile is moved while they wait.
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    if (idle || (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > WAL_TARGET_BYTES) {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    }
  });

/** Gives back at most so many free pages; none while another writes, since the next call is seconds away. */
const vacuum = (db: DatabaseSync, pages: number): void => {
  const free = Number(db.prepare('PRAGMA freelist_count').get()!.freelist_count);
  if (free === 0) return;
  try {
    db.exec(`PRAGMA incremental_vacuum(${Math.min(free, pages)})`);
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
};
