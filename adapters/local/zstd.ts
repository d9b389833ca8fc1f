import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Compression } from '../../core/ports.ts';

const atLevel = (level: number) => ({ params: { [constants.ZSTD_c_compressionLevel]: level } });
const compressOnThreadPool = promisify(zstdCompress);

/**
 * Zstandard for what is kept for long.
 *
 * @param level 1 (fast) to 22 (small)
 */
export const zstd = (level = 3): Compression => ({
  compress: (bytes) => zstdCompressSync(bytes, atLevel(level)),
  decompress: (bytes) => zstdDecompressSync(bytes),
});

/** Below this handing over to the thread pool costs the caller more than compressing (measured: 70 against 25 µs). */
const WORTH_A_THREAD_BYTES = 32_768;

/** Fast rather than small, and on the thread pool when it is much, so that the thread that answers requests stays free. */
export const zstdInBackground = async (text: string): Promise<Uint8Array> => {
  const bytes = Buffer.from(text);
  if (bytes.length < WORTH_A_THREAD_BYTES) return zstdCompressSync(bytes, atLevel(1));
  return compressOnThreadPool(bytes, { ...atLevel(1), pledgedSrcSize: bytes.length });
};
