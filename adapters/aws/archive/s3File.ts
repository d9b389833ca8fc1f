import type { AsyncBuffer } from 'hyparquet';
import { AppError } from '../../../core/errors.ts';
import type { ArchiveFile, ArchiveFiles } from './files.ts';

/** A file of no more is read whole, with one request. */
const WHOLE_BYTES = 4 * 2 ** 20;

/** A file of the archive for those who read parts of it. Throws AppError overloaded when it expired meanwhile. */
export const s3File = (files: Pick<ArchiveFiles, 'read'>, { key, bytes }: ArchiveFile): AsyncBuffer => {
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const part = await files.read({ key, start, end });
    if (!part) throw new AppError('overloaded', `${key} expired while it was read: ask again`);
    return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer;
  };
  let whole: Promise<ArrayBuffer> | undefined;
  return {
    byteLength: bytes,
    async slice(start, end = bytes) {
      if (bytes > WHOLE_BYTES) return read(start, end);
      whole ??= read(0, bytes);
      return (await whole).slice(start, end);
    },
  };
};
