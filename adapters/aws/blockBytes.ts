/** A piece of a segment. */
export interface Piece {
  segmentId: string;
  /** Bytes from the segment's start. */
  offset: number;
  length: number;
}

/**
 * The bytes of segments: what one change of the rollups wrote, all its blocks one after the other. Which blocks there are
 * is the directory's to know; here a segment nobody refers to is only garbage.
 */
export interface BlockBytes {
  /** Keeps a segment; durable when it resolves. The same one may be put again. */
  put(segmentId: string, bytes: Uint8Array): Promise<void>;
  /** The bytes of these pieces, in order; undefined where their segment was removed. */
  read(pieces: readonly Piece[]): Promise<(Uint8Array | undefined)[]>;
  /** Removes segments; those that are not there are fine. Where bytes go by their age it does nothing. */
  remove(segmentIds: readonly string[]): Promise<void>;
}

/** The reference. */
export const memoryBlockBytes = (): BlockBytes & { segmentIds(): string[] } => {
  const segments = new Map<string, Uint8Array>();
  return {
    async put(segmentId, bytes) {
      segments.set(segmentId, new Uint8Array(bytes)); // a Buffer's slice would be the caller's own memory
    },
    async read(pieces) {
      return pieces.map(({ segmentId, offset, length }) => segments.get(segmentId)?.slice(offset, offset + length));
    },
    async remove(segmentIds) {
      for (const id of segmentIds) segments.delete(id);
    },
    segmentIds: () => [...segments.keys()].sort(),
  };
};
