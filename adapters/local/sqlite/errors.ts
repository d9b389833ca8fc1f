import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../../core/errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const codeOf = (error: unknown): number | undefined => (error as { errcode?: number } | undefined)?.errcode;

/** Another connection holds the lock. */
export const isBusy = (error: unknown): boolean => ((codeOf(error) ?? 0) & 0xff) === SQLITE_BUSY;

/** Says a failure of SQLite, the file system or DuckDB in the words of the ports. */
export const storageError = (doing: string, path: string, error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isFull(error, path)) {
    return new AppError('storageFull', `no room on the disk to ${doing}: free some, then send again`, {
      cause: error,
      retryAfterS: 30,
    });
  }
  return new AppError('storageFailed', `could not ${doing}: ${(error as Error).message}`, { cause: error });
};

const isFull = (error: unknown, path: string): boolean => {
  const primary = (codeOf(error) ?? 0) & 0xff;
  if (primary === SQLITE_FULL) return true;
  if (primary === SQLITE_IOERR) return hasNoRoom(path);
  // DuckDB's errors carry the system's words only.
  return (
    (error as NodeJS.ErrnoException).code === 'ENOSPC' || (error as Error).message.includes('No space left on device')
  );
};

/** Some I/O errors are a full disk in disguise, such as a failed fsync where space is allocated late. */
const hasNoRoom = (path: string): boolean => {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < 2 ** 20;
};

export const failingAs = <T>(doing: string, path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw storageError(doing, path, error);
  }
};
