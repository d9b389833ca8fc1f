import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { BillFile } from '../../../core/usecases/importBill.ts';
import { openCsv } from './csvFile.ts';

const GZIP = Buffer.from([0x1f, 0x8b]);
const PARQUET = Buffer.from('PAR1');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');

/**
 * Opens a file of a bill, by its first bytes: Parquet, CSV, or CSV in gzip.
 *
 * @param name what problems call it, when its name on this disk is another
 * @throws AppError invalidInput when it cannot be opened or is something else
 */
export const openBill = async (path: string, name = basename(path)): Promise<BillFile> => {
  const head = firstBytes(path, name);
  if (head.length === 0) throw new AppError('invalidInput', `${name} is empty`);
  if (head.subarray(0, 4).equals(ZIP)) throw new AppError('invalidInput', `${name} is a zip archive: unpack it first`);
  if (head.subarray(0, 4).equals(PARQUET)) {
    const { openParquet } = await import('./parquetFile.ts'); // loads DuckDB
    return openParquet(path, name);
  }
  return openCsv(path, name, { isGzip: head.subarray(0, 2).equals(GZIP) });
};

const firstBytes = (path: string, name: string): Buffer => {
  const head = Buffer.alloc(4);
  try {
    const file = openSync(path, 'r');
    const length = readSync(file, head);
    closeSync(file);
    return head.subarray(0, length);
  } catch (cause) {
    throw new AppError('invalidInput', `${name} cannot be opened: ${(cause as Error).message}`, { cause });
  }
};
