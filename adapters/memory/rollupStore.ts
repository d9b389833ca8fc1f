import type { NewBlock, Partition, RollupStore } from '../../core/ports.ts';
import { expiryFamily } from '../../core/telemetry/families.ts';

/** `looseMs`: when it was added; undefined once compacted. */
type Block = NewBlock & { id: string; looseMs?: number };

/** The reference: every method is one synchronous step, hence atomic. */
export const memoryRollupStore = (): RollupStore => {
  const appliedAt = new Map<string, number>();
  const expired = new Map<string, number>();
  let blocks: Block[] = [];
  let lastId = 0;

  const add = (added: readonly NewBlock[], looseMs?: number) => {
    for (const block of added) {
      blocks.push({
        ...block,
        bytes: block.bytes.slice(),
        id: String(++lastId),
        ...(looseMs !== undefined && { looseMs }),
      });
    }
  };
  const within = ({ family, stepMs, fromMs, toMs }: { family: string; stepMs: number; fromMs: number; toMs: number }) =>
    blocks
      .filter((b) => b.family === family && b.stepMs === stepMs && b.startMs >= fromMs && b.startMs < toMs)
      .sort((a, b) => a.startMs - b.startMs || Number(a.id) - Number(b.id));
  const samePartition = (a: Partition) => (b: Partition) =>
    a.family === b.family && a.stepMs === b.stepMs && a.startMs === b.startMs;

  return {
    maxBatches: Number.POSITIVE_INFINITY,
    async apply({ batchIds, blocks: added, nowMs }) {
      const repeated = batchIds.filter((id) => appliedAt.has(id));
      if (repeated.length > 0) return repeated;
      for (const id of batchIds) appliedAt.set(id, nowMs);
      add(added, nowMs);
      return [];
    },
    async applied(ids) {
      return ids.filter((id) => appliedAt.has(id));
    },
    async loosePartitions() {
      const found: (Partition & { loose: number; newestMs: number })[] = [];
      for (const { family, stepMs, startMs, looseMs } of blocks) {
        if (looseMs === undefined) continue;
        const partition = { family, stepMs, startMs };
        const known = found.find(samePartition(partition));
        if (!known) found.push({ ...partition, loose: 1, newestMs: looseMs });
        else Object.assign(known, { loose: known.loose + 1, newestMs: Math.max(known.newestMs, looseMs) });
      }
      return found;
    },
    async list(query) {
      return within(query).map(({ id, startMs, looseMs }) => ({ id, startMs, loose: looseMs !== undefined }));
    },
    async read(ids) {
      const byId = new Map(blocks.map((block) => [block.id, block.bytes]));
      return ids.map((id) => byId.get(id)?.slice());
    },
    async replace({ remove, add: added }) {
      const gone = new Set(remove);
      const kept = blocks.filter(({ id }) => !gone.has(id));
      if (kept.length !== blocks.length - gone.size) return false;
      blocks = kept;
      add(added);
      return true;
    },
    async families() {
      return [...new Set(blocks.map(({ family }) => family))].sort();
    },
    async expiredBefore({ family, stepMs }) {
      return expired.get(`${family} ${stepMs}`) ?? 0;
    },
    async expire({ family, stepMs, fromMs, beforeMs }) {
      const isGone = (block: Block) =>
        expiryFamily(block.family) === family &&
        block.stepMs === stepMs &&
        block.startMs >= fromMs &&
        block.startMs < beforeMs &&
        block.looseMs === undefined;
      const gone = blocks.filter(isGone);
      blocks = blocks.filter((block) => !isGone(block));
      expired.set(`${family} ${stepMs}`, Math.max(beforeMs, expired.get(`${family} ${stepMs}`) ?? 0));
      return new Set(gone.map((block) => `${block.startMs} ${block.family}`)).size;
    },
    async forgetApplied(beforeMs) {
      for (const [id, atMs] of appliedAt) if (atMs < beforeMs) appliedAt.delete(id);
    },
  };
};
