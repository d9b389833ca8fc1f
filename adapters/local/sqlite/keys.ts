/** Ids are mostly hex digests: half the size as bytes. Others stay text, which SQLite keeps apart from bytes. */
export const toKey = (id: string): Uint8Array | string => (/^([0-9a-f]{2})+$/.test(id) ? Buffer.from(id, 'hex') : id);
export const fromKey = (key: unknown): string =>
  typeof key === 'string' ? key : Buffer.from(key as Uint8Array).toString('hex');
