import type { Compression, RollupStore } from '../ports.ts';
import { type OpenBlock, openBlock } from './codec.ts';

export type BlockQuery = Parameters<RollupStore['list']>[0];

/** Blocks of the store, opened; those used lately stay open. */
export type BlockReader = (
  query: BlockQuery,
) => Promise<{ id: string; startMs: number; loose: boolean; block: OpenBlock }[]>;

/** How often a listing is made again when compaction took one of its blocks away in the meantime. */
const TRIES = 5;

/**
 * Reads blocks through a bounded cache. Blocks never change, so what is kept is never stale.
 *
 * @param capacityBytes about how much memory open blocks may hold
 */
export const blockReader = (
  ports: { rollups: RollupStore; compression: Compression },
  capacityBytes: number,
): BlockReader => {
  const open = new Map<string, OpenBlock>();
  const trim = () => {
    let held = 0;
    for (const block of open.values()) held += block.heldBytes();
    for (const [id, block] of open) {
      if (held <= capacityBytes) break;
      held -= block.heldBytes();
      open.delete(id);
    }
  };

  return async (query) => {
    for (let attempt = 1; ; attempt++) {
      const listed = await ports.rollups.list(query);
      const missing = listed.filter(({ id }) => !open.has(id)).map(({ id }) => id);
      const read = missing.length > 0 ? await ports.rollups.read(missing) : [];
      if (read.some((bytes) => bytes === undefined)) {
        if (attempt < TRIES) continue;
        throw new Error(`blocks of ${query.family} kept changing while they were read, ${TRIES} times`);
      }
      const found = listed.map((entry) => {
        const at = missing.indexOf(entry.id);
        const block = at >= 0 ? openBlock(read[at]!, ports.compression) : open.get(entry.id)!;
        open.delete(entry.id);
        open.set(entry.id, block); // last in the order of use
        return { ...entry, block };
      });
      trim();
      return found;
    }
  };
};
