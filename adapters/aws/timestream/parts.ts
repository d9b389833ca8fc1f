import type { Piece } from '../blockBytes.ts';

/**
 * A record, dimensions and all, is at most 2 kB, and so are its measures: these are 1,920 characters of base64.
 * https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
 */
const BYTES_PER_PART = 1_440;

/** Parts of segments that were read, by `partKey`. */
export type Parts = ReadonlyMap<string, Uint8Array>;

export const partKey = (segmentId: string, part: number | string): string => `${segmentId} ${part}`;

/** A segment in parts, numbered by their position. */
export const cut = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.byteLength / BYTES_PER_PART) }, (_, part) =>
    bytes.subarray(part * BYTES_PER_PART, (part + 1) * BYTES_PER_PART),
  );

/** The parts that a piece lies in, both included. */
export const partsOf = ({ offset, length }: Piece): { first: number; last: number } => ({
  first: Math.floor(offset / BYTES_PER_PART),
  last: Math.floor((offset + length - 1) / BYTES_PER_PART),
});

/** The bytes of a piece; undefined when a part of it is missing. */
export const joined = (piece: Piece, parts: Parts): Uint8Array | undefined => {
  const { first, last } = partsOf(piece);
  const held: Uint8Array[] = [];
  for (let part = first; part <= last; part++) {
    const bytes = parts.get(partKey(piece.segmentId, part));
    if (!bytes) return undefined;
    held.push(bytes);
  }
  const start = piece.offset - first * BYTES_PER_PART;
  return Buffer.concat(held).subarray(start, start + piece.length);
};
