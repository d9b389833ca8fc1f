import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { backup as copyDatabase, type DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../core/errors.ts';
import { makeRoomFor } from '../archive/files.ts';
import { manifest } from '../archive/manifest.ts';
import { pathsIn } from '../dataFolder.ts';
import { openDatabase, openForReading, patiently } from './database.ts';
import { storageError } from './errors.ts';
import { LOG_SCHEMA, ROLLUPS_SCHEMA } from './schema.ts';

/**
 * Copies a data folder to `target`, which must not exist, while it is in use, also by another process. The copy is
 * of one moment: every batch that its log says is rolled up is in its rollups, and the other way round. It is a data
 * folder like any other: to restore, put it in place.
 *
 * Why a moment, when one file has to be copied before the other: the log first would have batches in the rollups that the
 * log (hence the archive) does not know; the rollups first would have batches marked as rolled up that no rollup holds.
 * So both are read as of one moment in which nothing can be rolled up; appends go on meanwhile.
 *
 * @throws AppError invalidInput when the target or its `.partial` exists or the source is no data folder; storageFull; storageFailed
 */
export const backup = async (dir: string, target: string): Promise<void> => {
  const [from, partial] = [pathsIn(dir), `${target}.partial`];
  if (!existsSync(from.log)) throw new AppError('invalidInput', `${dir} holds no data of Modelmeter`);
  if (existsSync(target)) throw new AppError('invalidInput', `${target} exists: name a folder that does not`);
  if (existsSync(partial)) {
    throw new AppError(
      'invalidInput',
      `${partial} exists: another backup is making it, or was cut off; delete it when none is running`,
    );
  }
  mkdirSync(partial, { recursive: true, mode: 0o700 });

  const to = pathsIn(partial);
  const { log, rollups } = await openAtOneMoment(from);
  try {
    // Files first: those that are merged meanwhile stay for some minutes only.
    for (const { path } of manifest(log).files()) linkOrCopy(join(from.archive, path), join(to.archive, path));
    await copyDatabase(log, to.log);
    await copyDatabase(rollups, to.rollups);
    for (const path of [to.log, to.rollups]) sync(path);
    for (const name of besides(dir)) copy(join(dir, name), join(partial, name));
    sync(partial);
    renameSync(partial, target);
    sync(dirname(target));
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw storageError('back up', target.replace(/[^/]*$/, '.'), error);
  } finally {
    log.close();
    rollups.close();
  }
};

/** Of the process that has the folder, not of its data. */
const OF_THE_PROCESS = /^(lock|pid)(-|$)|\.new$/;

/** The small files beside the databases: the salt of pseudonyms, since when it is in use, how far the demo is. */
const besides = (dir: string): string[] =>
  readdirSync(dir).filter(
    (name) =>
      !OF_THE_PROCESS.test(name) &&
      ![LOG_SCHEMA, ROLLUPS_SCHEMA].some(({ file }) => name.startsWith(file)) &&
      statSync(join(dir, name)).isFile(),
  );

const copy = (from: string, to: string) => {
  copyFileSync(from, to);
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime); // the archive keeps its files by when they were written
  sync(to);
};

/** Brings a file, or the names in a folder, to the disk. */
const sync = (path: string) => {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
};

/** Both databases, each reading its state of one moment. */
const openAtOneMoment = async (paths: { log: string; rollups: string }) => {
  const gate = openDatabase(paths.rollups, ROLLUPS_SCHEMA);
  openDatabase(paths.log, LOG_SCHEMA).close(); // refuses another format
  const [log, rollups] = [openForReading(paths.log), openForReading(paths.rollups)];
  await patiently(() => gate.exec('BEGIN IMMEDIATE'));
  try {
    for (const db of [log, rollups]) holdState(db);
  } finally {
    gate.exec('ROLLBACK');
    gate.close();
  }
  return { log, rollups };
};

/** A transaction reads the state of its first read until it ends, which is when the connection is closed. */
const holdState = (db: DatabaseSync) => {
  db.exec('BEGIN');
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
};

/** Files of the archive never change, so a second name will do where the target is on the same disk. */
const linkOrCopy = (from: string, to: string) => {
  makeRoomFor(to);
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copy(from, to);
  }
};
