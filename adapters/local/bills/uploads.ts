import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import { storageError } from '../sqlite/errors.ts';

/** An upload that nothing was added to for so long is given up. */
const KEPT_MS = 60 * 60_000;

/** Files on their way in, by upload and number, where the next start clears up too. */
export const billUploads = (folder: string, now: () => number) => {
  const dirOf = (upload: string) => join(folder, upload);

  const dropOld = (): void => {
    if (!existsSync(folder)) return;
    for (const upload of readdirSync(folder))
      if (now() - statSync(dirOf(upload)).mtimeMs > KEPT_MS) rmSync(dirOf(upload), { recursive: true, force: true });
  };

  return {
    /**
     * Adds a piece of a file that begins at `offset`. One that is there already is not added again.
     *
     * @throws AppError invalidInput when it does not follow on what is there
     */
    add({ upload, file, offset, bytes }: { upload: string; file: number; offset: number; bytes: Uint8Array }): void {
      if (!existsSync(dirOf(upload))) dropOld();
      const path = join(dirOf(upload), String(file));
      try {
        mkdirSync(dirOf(upload), { recursive: true });
        const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (offset + bytes.length <= size && bytes.length > 0) return;
        if (offset !== size) throw new AppError('invalidInput', `there are ${size} bytes of this file, not ${offset}`);
        appendFileSync(path, bytes);
      } catch (error) {
        throw storageError('keep a file of a bill', path, error);
      }
    },
    /** Paths of an upload's files, by number; [] = there is none. */
    files(upload: string): string[] {
      if (!existsSync(dirOf(upload))) return [];
      const numbers = readdirSync(dirOf(upload)).map(Number);
      return numbers.sort((a, b) => a - b).map((number) => join(dirOf(upload), String(number)));
    },
    remove: (upload: string): void => rmSync(dirOf(upload), { recursive: true, force: true }),
  };
};
