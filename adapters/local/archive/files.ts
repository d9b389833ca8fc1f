import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { ArchivePartition } from '../../../core/ports.ts';

const SCRATCH = 'tmp';

/** A name for a new file of a partition, relative to the archive's folder, laid out as Hive and Athena expect. */
export const newFile = ({ kind, day }: ArchivePartition): string => `kind=${kind}/day=${day}/${randomUUID()}.parquet`;

/** Makes the folder of a file that is about to be written. */
export const makeRoomFor = (path: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  return path;
};

/** Moves files that were written in a scratch folder to where they belong, on disk with their names when it returns. */
export const publish = (folder: string, scratch: string, files: readonly string[]): void => {
  for (const file of files) {
    const written = join(scratch, file);
    sync(written);
    const path = makeRoomFor(join(folder, file));
    renameSync(written, path);
    for (let dir = dirname(path); dir.startsWith(folder); dir = dirname(dir)) sync(dir);
  }
};

const sync = (path: string) => {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
};

/** Runs `work` with a folder of its own, removed afterwards. */
export const withScratch = async <T>(folder: string, work: (dir: string) => Promise<T>): Promise<T> => {
  const dir = makeScratch(folder);
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

export const makeScratch = (folder: string): string => {
  const dir = join(folder, SCRATCH, randomUUID());
  mkdirSync(dir, { recursive: true });
  return dir;
};

/** Removes what a killed process left: scratch folders, and files that never got into the manifest. */
export const removeOrphans = (folder: string, known: ReadonlySet<string>): void => {
  rmSync(join(folder, SCRATCH), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !known.has(relative(folder, path).split(sep).join('/'))) rmSync(path);
  }
};
