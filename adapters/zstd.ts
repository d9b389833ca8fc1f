import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Compression } from '../core/ports.ts';

const atLevel = (level: number) => ({ params: { [constants.ZSTD_c_compressionLevel]: level } });

/**
 * Zstandard for what is kept for long.
 *
 * @param level 1 (fast) to 22 (small)
 */
export const zstd = (level = 3): Compression => ({
  compress: (bytes) => zstdCompressSync(bytes, atLevel(level)),
  decompress: (bytes) => zstdDecompressSync(bytes),
});
