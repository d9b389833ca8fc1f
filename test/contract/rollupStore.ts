import { describe, expect, it } from 'vitest';
import type { NewBlock, RollupStore } from '../../core/ports.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const aBlock = (startMs: number, content = 1, family = 'inference.team'): NewBlock => ({
  family,
  stepMs: 60_000,
  startMs,
  bytes: bytes(content),
});
const id = (n: number) => n.toString(16).padStart(64, '0');
/** [startMs, is it loose, first byte] of each block, in the store's order. */
const blocksOf = async (store: RollupStore, query = everything) => {
  const found = await store.list(query);
  const contents = await store.read(found.map((block) => block.id));
  return found.map(({ startMs, loose }, i) => [startMs, loose, contents[i]![0]]);
};
const everything = { family: 'inference.team', stepMs: 60_000, fromMs: 0, toMs: 1e15 };

export const rollupStoreContract = (name: string, make: () => Promise<RollupStore>) =>
  describe(`RollupStore: ${name}`, () => {
    it('starts empty', async () => {
      const store = await make();

      expect(await store.families()).toEqual([]);
      expect(await store.list(everything)).toEqual([]);
      expect(await store.read([])).toEqual([]);
      expect(await store.loosePartitions()).toEqual([]);
      expect(await store.applied([id(1)])).toEqual([]);
    });

    it('applies batches once: when one was applied before, nothing changes and it is named', async () => {
      const store = await make();
      expect(await store.apply({ batchIds: [id(1), id(2)], blocks: [aBlock(0)], nowMs: 5 })).toEqual([]);

      expect(await store.apply({ batchIds: [id(3), id(2)], blocks: [aBlock(0, 2)], nowMs: 6 })).toEqual([id(2)]);

      expect(await blocksOf(store)).toEqual([[0, true, 1]]);
      expect(await store.applied([id(1), id(2), id(3)])).toEqual([id(1), id(2)]);
    });

    it('remembers batches that made no block', async () => {
      const store = await make();

      await store.apply({ batchIds: [id(1)], blocks: [], nowMs: 5 });

      expect(await store.applied([id(1)])).toEqual([id(1)]);
    });

    it('gives the blocks of a stretch of time, end excluded, by start and in the order they came', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(120_000, 1), aBlock(60_000, 2)], nowMs: 5 });
      await store.apply({ batchIds: [id(2)], blocks: [aBlock(60_000, 3), aBlock(180_000, 4)], nowMs: 6 });
      await store.apply({
        batchIds: [id(3)],
        blocks: [aBlock(60_000, 9, 'other'), { ...aBlock(60_000, 9), stepMs: 3_600_000 }],
        nowMs: 6,
      });

      const some = { ...everything, fromMs: 60_000, toMs: 180_000 };

      expect(await blocksOf(store, some)).toEqual([
        [60_000, true, 2],
        [60_000, true, 3],
        [120_000, true, 1],
      ]);
      expect(new Set((await store.list(some)).map((block) => block.id)).size).toBe(3);
      expect(await store.families()).toEqual(['inference.team', 'other']);
    });

    it('replaces blocks by compacted ones', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(0, 1), aBlock(0, 2), aBlock(60_000, 3)], nowMs: 5 });
      const [first, second] = await store.list(everything);

      expect(await store.replace({ remove: [first!.id, second!.id], add: [aBlock(0, 12)] })).toBe(true);

      expect(await blocksOf(store)).toEqual([
        [0, false, 12],
        [60_000, true, 3],
      ]);
      const [gone] = await store.read([first!.id]);
      expect([undefined, 1]).toContain(gone?.[0]);
    });

    it('replaces nothing when a block to remove is gone', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(0, 1), aBlock(0, 2)], nowMs: 5 });
      const [first, second] = await store.list(everything);
      await store.replace({ remove: [first!.id], add: [] });

      expect(await store.replace({ remove: [second!.id, first!.id], add: [aBlock(0, 12)] })).toBe(false);

      expect(await blocksOf(store)).toEqual([[0, true, 2]]);
    });

    it('never gives the id of a removed block to another', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(0, 1)], nowMs: 5 });
      const [first] = await store.list(everything);
      await store.replace({ remove: [first!.id], add: [aBlock(0, 2)] });

      expect(await store.replace({ remove: [first!.id], add: [] })).toBe(false);
      expect(await store.list(everything)).toHaveLength(1);
    });

    it('lists what compaction has to do, with the age of the newest loose block', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(0), aBlock(60_000)], nowMs: 5 });
      await store.apply({ batchIds: [id(2)], blocks: [aBlock(0)], nowMs: 7 });
      const [block] = await store.list({ ...everything, fromMs: 60_000 });
      await store.replace({ remove: [block!.id], add: [aBlock(60_000)] });

      expect(await store.loosePartitions()).toEqual([
        { family: 'inference.team', stepMs: 60_000, startMs: 0, loose: 2, newestMs: 7 },
      ]);
    });

    it('drops the partitions before a time, says how many, and remembers it', async () => {
      const store = await make();
      await store.replace({ remove: [], add: [aBlock(0), aBlock(0), aBlock(60_000), aBlock(120_000)] });

      expect(await store.expiredBefore(everything)).toBe(0);
      expect(await store.expire({ ...everything, beforeMs: 120_000 })).toBe(2);
      expect(await store.expire({ ...everything, beforeMs: 60_000 })).toBe(0);

      expect((await store.list(everything)).map(({ startMs }) => startMs)).toEqual([120_000]);
      expect(await store.expiredBefore(everything)).toBe(120_000);
      expect(await store.expiredBefore({ family: 'other', stepMs: 60_000 })).toBe(0);
    });

    it('drops nothing before the start of the range that expires', async () => {
      const store = await make();
      await store.replace({ remove: [], add: [aBlock(0), aBlock(60_000), aBlock(120_000)] });

      expect(await store.expire({ ...everything, fromMs: 60_000, beforeMs: 120_000 })).toBe(1);

      expect((await store.list(everything)).map(({ startMs }) => startMs)).toEqual([0, 120_000]);
    });

    it('leaves loose blocks of a dropped partition to compaction', async () => {
      const store = await make();
      await store.replace({ remove: [], add: [aBlock(0, 1)] });
      await store.apply({ batchIds: [id(1)], blocks: [aBlock(0, 2)], nowMs: 5 });

      expect(await store.expire({ ...everything, beforeMs: 60_000 })).toBe(1);

      expect(await blocksOf(store)).toEqual([[0, true, 2]]);
    });

    it('drops the samples of all metrics together', async () => {
      const store = await make();
      const metrics = Array.from({ length: 40 }, (_, n) => ({ ...aBlock(0, n, `samples:m${n}`), stepMs: 1 }));
      await store.replace({ remove: [], add: [...metrics, { ...aBlock(0, 99, 'samples:m0'), stepMs: 3_600_000 }] });

      expect(await store.expire({ family: 'samples', stepMs: 1, fromMs: 0, beforeMs: 1 })).toBe(40);

      expect(await blocksOf(store, { ...everything, family: 'samples:m0', stepMs: 1 })).toEqual([]);
      expect(await blocksOf(store, { ...everything, family: 'samples:m39', stepMs: 1 })).toEqual([]);
      expect(await blocksOf(store, { ...everything, family: 'samples:m0', stepMs: 3_600_000 })).toEqual([
        [0, false, 99],
      ]);
    });

    it('forgets applied batches older than a time', async () => {
      const store = await make();
      await store.apply({ batchIds: [id(1)], blocks: [], nowMs: 5 });
      await store.apply({ batchIds: [id(2)], blocks: [], nowMs: 6 });

      await store.forgetApplied(6);

      expect(await store.applied([id(1), id(2)])).toEqual([id(2)]);
    });

    it('keeps its own copy of the bytes', async () => {
      const store = await make();
      const mine = bytes(1, 2, 3);
      await store.apply({ batchIds: [id(1)], blocks: [{ ...aBlock(0), bytes: mine }], nowMs: 5 });

      mine.fill(0);

      expect(await blocksOf(store)).toEqual([[0, true, 1]]);
    });
  });
