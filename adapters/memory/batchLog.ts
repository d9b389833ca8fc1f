import type { BatchLog, Receipt } from '../../core/ports.ts';
import type { Batch, BatchContent } from '../../core/telemetry/batch.ts';

/** The reference: batches in the order they came, keys for good. */
export const memoryBatchLog = (): BatchLog => {
  const kept = new Map<string, { batch: Batch; fingerprint: string; receipt: Receipt; rolled: boolean }>();
  const unrolled = () => [...kept.values()].filter((entry) => !entry.rolled);

  return {
    async append({ batch, fingerprint, receipt }) {
      const before = kept.get(batch.id);
      if (before && before.fingerprint !== fingerprint) return { kind: 'conflict' };
      if (before) return { kind: 'duplicate', receipt: before.receipt };
      kept.set(batch.id, { batch: structuredClone(batch), fingerprint, receipt, rolled: false });
      return { kind: 'appended' };
    },
    async unrolled(maxItems) {
      let items = 0;
      const isWithin = ({ batch }: { batch: Batch }, index: number) => {
        items += itemsIn(batch.content);
        return index === 0 || items <= maxItems;
      };
      const waiting = unrolled();
      const end = waiting.findIndex((entry, index) => !isWithin(entry, index));
      return structuredClone(waiting.slice(0, end === -1 ? waiting.length : end).map(({ batch }) => batch));
    },
    async markRolled(ids) {
      for (const id of ids) {
        const entry = kept.get(id);
        if (entry) entry.rolled = true;
      }
    },
    async backlog() {
      return unrolled().length;
    },
    async oldestWaitingMs() {
      return unrolled()[0]?.batch.receivedAt;
    },
  };
};

const itemsIn = ({ events, samples, spans, logs }: BatchContent) =>
  events.length + samples.length + spans.length + logs.length;
