declare module 'snappyjs' {
  /** Compresses to snappy's block format. */
  export function compress(uncompressed: Uint8Array): Uint8Array;
}
