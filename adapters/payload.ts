import { isAscii } from 'node:buffer';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { BatchContent } from '../core/telemetry/batch.ts';
import { emptyContent } from '../core/telemetry/batch.ts';
import { asEvents } from '../core/telemetry/door/asSent.ts';

/**
 * Payloads of the log: JSON of a batch's content, or the array of events that a client sent, whatever its white space,
 * where the door makes the same content of that again. Kept as zstd, fast rather than small: all of it is archived soon.
 */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const utf8 = new TextDecoder(); // leaves a byte order mark out, as the door does

export const packed = (json: Uint8Array): Uint8Array => zstdCompressSync(json, FAST);

/** What the batch of a packed payload held. */
export const contentOf = (payload: Uint8Array): BatchContent => {
  const value = JSON.parse(textOf(zstdDecompressSync(payload)));
  return Array.isArray(value) ? { ...emptyContent(), events: asEvents(value) } : value;
};

/** Latin 1, where it will do, is decoded many times as fast, and into strings of half the size. */
const textOf = (bytes: Buffer): string => (isAscii(bytes) ? bytes.toString('latin1') : utf8.decode(bytes));
