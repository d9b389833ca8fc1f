import { zstdDecompressSync } from 'node:zlib';
import type { BatchLog } from '../../../core/ports.ts';
import type { Batch, BatchContent } from '../../../core/telemetry/batch.ts';
import { zstdInBackground } from '../zstd.ts';
import { openDatabase, patiently, tidy, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { fromKey, toKey } from './keys.ts';
import { LOG_SCHEMA } from './schema.ts';

type Entry = Parameters<BatchLog['append']>[0];
type Answer = Awaited<ReturnType<BatchLog['append']>>;
interface Waiting {
  entry: Entry;
  payload: Uint8Array;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Keys forgotten in one transaction: few enough that an append hardly waits. */
const FORGET_AT_ONCE = 1_000;

export interface SqliteBatchLog extends BatchLog {
  /** Forgets the keys of batches that came before this: a retry of one of them is a new request. */
  forgetKeys(beforeMs: number): Promise<void>;
  /** See `tidy` in database.ts. */
  tidy(options: { idle: boolean }): void;
  close(): void;
}

/**
 * The batch log in one SQLite file. Appends that come while others are compressed or written share one transaction,
 * hence one sync of the disk. One object for each thread.
 */
export const sqliteBatchLog = ({ path }: { path: string }): SqliteBatchLog => {
  const db = openDatabase(path, LOG_SCHEMA);
  const append = db.prepare('INSERT INTO pending (id, receivedMs, items) VALUES (?, ?, ?)');
  const addKey = db.prepare(
    'INSERT INTO keys (id, seq, receivedMs, accepted, rejected, fingerprint) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addPayload = db.prepare('INSERT INTO payloads (seq, content) VALUES (?, ?)');
  const findKey = db.prepare('SELECT fingerprint, accepted, rejected FROM keys WHERE id = ?');
  const mark = db.prepare(
    'UPDATE pending SET rolled = 1 WHERE rolled = 0 AND seq = (SELECT seq FROM keys WHERE id = ?)',
  );
  const countUnrolled = db.prepare('SELECT count(*) AS batches FROM pending WHERE rolled = 0');
  const oldestUnrolled = db.prepare(
    'SELECT id, receivedMs, items, content FROM pending JOIN payloads USING (seq) WHERE rolled = 0 ORDER BY seq',
  );
  const oldKeys = db.prepare('SELECT id FROM keys WHERE receivedMs < ?');
  const forget = db.prepare('DELETE FROM keys WHERE id = ?');

  const write = ({ entry: { batch, fingerprint, receipt }, payload }: Waiting): Answer => {
    const id = toKey(batch.id);
    const first = findKey.get(id);
    if (first) {
      if (first.fingerprint !== null && fromKey(first.fingerprint) !== fingerprint) return { kind: 'conflict' };
      const { accepted, rejected } = first as { accepted: number; rejected: number };
      return { kind: 'duplicate', receipt: { batchId: batch.id, accepted, rejected } };
    }
    const seq = append.run(id, batch.receivedAt, itemsIn(batch.content)).lastInsertRowid;
    addKey.run(id, seq, batch.receivedAt, receipt.accepted, receipt.rejected, toKey(fingerprint));
    addPayload.run(seq, payload);
    return { kind: 'appended' };
  };

  let queue: Waiting[] = [];
  const commit = async () => {
    const group = queue;
    queue = [];
    try {
      const answers = await patiently(() => transaction(db, () => group.map(write)));
      for (const [i, { resolve }] of group.entries()) resolve(answers[i]!);
    } catch (error) {
      const failure = storageError('keep a batch', path, error);
      for (const { reject } of group) reject(failure);
    }
  };
  const change = (doing: string, work: () => void) =>
    patiently(() => transaction(db, work)).catch((error) => {
      throw storageError(doing, path, error);
    });

  return {
    async append(entry) {
      // The newline makes payloads strung together a file of one JSON object a line.
      const payload = await zstdInBackground(`${JSON.stringify(entry.batch.content)}\n`);
      return new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(commit);
        queue.push({ entry, payload, resolve, reject });
      });
    },
    async unrolled(maxItems) {
      const batches: Batch[] = [];
      let items = 0;
      for (const row of oldestUnrolled.iterate()) {
        items += row.items as number;
        if (batches.length > 0 && items > maxItems) break;
        batches.push(toBatch(row));
      }
      return batches;
    },
    markRolled: (ids) =>
      change('mark batches as rolled up', () => {
        for (const id of ids) mark.run(toKey(id));
      }),
    async backlog() {
      return countUnrolled.get()!.batches as number;
    },
    async forgetKeys(beforeMs) {
      // Found without the lock that appends wait for, which is then held for a few at a time.
      const ids = oldKeys.all(beforeMs).map(({ id }) => id as Uint8Array | string);
      for (let i = 0; i < ids.length; i += FORGET_AT_ONCE) {
        await change('forget old keys', () => {
          for (const id of ids.slice(i, i + FORGET_AT_ONCE)) forget.run(id);
        });
      }
    },
    tidy: (options) => tidy(db, path, options),
    close: () => db.close(),
  };
};

const toBatch = ({ id, receivedMs, content }: Record<string, unknown>): Batch => ({
  id: fromKey(id),
  receivedAt: receivedMs as number,
  content: JSON.parse(zstdDecompressSync(content as Uint8Array).toString()),
});

const itemsIn = ({ events, samples, spans, logs }: BatchContent) =>
  events.length + samples.length + spans.length + logs.length;
