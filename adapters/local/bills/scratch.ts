import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BillScratch } from '../../../core/cost/bill/gather.ts';
import { storageError } from '../sqlite/errors.ts';

/** Room on disk for one import: a file for each name, each piece behind its length. */
export const fileScratch = (folder: string): BillScratch & { close(): void } => {
  mkdirSync(folder, { recursive: true });
  const dir = mkdtempSync(join(folder, 'import-'));
  return {
    async append(name, bytes) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      try {
        appendFileSync(join(dir, name), Buffer.concat([length, bytes]));
      } catch (error) {
        throw storageError('set lines of a bill aside', join(dir, name), error);
      }
    },
    async read(name) {
      const path = join(dir, name);
      if (!existsSync(path)) return [];
      const all = readFileSync(path);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < all.length; at += 4 + all.readUInt32LE(at))
        pieces.push(all.subarray(at + 4, at + 4 + all.readUInt32LE(at)));
      return pieces;
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
};
