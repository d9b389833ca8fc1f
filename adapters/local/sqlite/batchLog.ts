import type { BatchLog } from '../../../core/ports.ts';
import type { Batch, BatchContent } from '../../../core/telemetry/batch.ts';
import { contentOf, packed } from '../../payload.ts';
import { openDatabase, patiently, tidy, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { fromKey, toKey } from './keys.ts';
import { LOG_SCHEMA } from './schema.ts';

export type LogEntry = Parameters<BatchLog['append']>[0];
export type LogAnswer = Awaited<ReturnType<BatchLog['append']>>;

/** An entry as it goes into the log, and from thread to thread: all but what it holds, and that as JSON. */
export interface LogRecord {
  id: string;
  receivedAt: number;
  items: number;
  fingerprint: string;
  receipt: { accepted: number; rejected: number };
  /** See payload.ts; not packed yet. */
  json: Uint8Array;
}

interface Waiting {
  record: LogRecord;
  payload: Uint8Array;
  resolve: (answer: LogAnswer) => void;
  reject: (error: unknown) => void;
}

/** Keys forgotten in one transaction: few enough that an append hardly waits. */
const FORGET_AT_ONCE = 1_000;

export interface SqliteBatchLog extends BatchLog {
  /** `append` of `recordOf(entry)`. */
  keep(record: LogRecord): Promise<LogAnswer>;
  /** Forgets the keys of batches that came before this, but of none that waits: a retry of one of them is a new request. */
  forgetKeys(beforeMs: number): Promise<void>;
  /** See `tidy` in database.ts. */
  tidy(options: { idle: boolean }): void;
  close(): void;
}

/**
 * The batch log in one SQLite file. Appends that come together share one transaction, hence one sync of the disk, for
 * which the thread waits: the door appends through logWriter.ts instead. One object for each thread.
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
  const oldestWaiting = db.prepare('SELECT receivedMs FROM pending WHERE rolled = 0 ORDER BY seq LIMIT 1');
  const oldestUnrolled = db.prepare(
    'SELECT id, receivedMs, items, content FROM pending JOIN payloads USING (seq) WHERE rolled = 0 ORDER BY seq',
  );
  const oldKeys = db.prepare(
    'SELECT id FROM keys WHERE receivedMs < ? AND seq NOT IN (SELECT seq FROM pending WHERE rolled = 0)',
  );
  const forget = db.prepare('DELETE FROM keys WHERE id = ?');

  const write = ({ record, payload }: Waiting): LogAnswer => {
    const { receivedAt, items, fingerprint, receipt } = record;
    const id = toKey(record.id);
    const first = findKey.get(id);
    if (first) {
      if (first.fingerprint !== null && fromKey(first.fingerprint) !== fingerprint) return { kind: 'conflict' };
      const { accepted, rejected } = first as { accepted: number; rejected: number };
      return { kind: 'duplicate', receipt: { batchId: record.id, accepted, rejected } };
    }
    const seq = append.run(id, receivedAt, items).lastInsertRowid;
    addKey.run(id, seq, receivedAt, receipt.accepted, receipt.rejected, toKey(fingerprint));
    addPayload.run(seq, payload);
    return { kind: 'appended' };
  };

  let queue: Waiting[] = [];
  const commit = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await patiently(() => transaction(db, () => group.map(write)));
      for (const [i, { resolve }] of group.entries()) resolve(answers[i]!);
    } catch (error) {
      // One of them may be what there is no room for, or what cannot be written: the others get their chance.
      if (group.length > 1) for (const waiting of group) await commit([waiting]);
      else group[0]!.reject(storageError('keep a batch', path, error));
    }
  };
  const commitQueue = () => {
    const group = queue;
    queue = [];
    return commit(group);
  };
  const keep = async (record: LogRecord): Promise<LogAnswer> => {
    const payload = packed(record.json);
    return new Promise((resolve, reject) => {
      if (queue.length === 0) setImmediate(commitQueue);
      queue.push({ record, payload, resolve, reject });
    });
  };
  const change = (doing: string, work: () => void) =>
    patiently(() => transaction(db, work)).catch((error) => {
      throw storageError(doing, path, error);
    });

  return {
    keep,
    append: (entry) => keep(recordOf(entry)),
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
    async oldestWaitingMs() {
      return oldestWaiting.get()?.receivedMs as number | undefined;
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
  get content() {
    return contentOf(content as Uint8Array);
  },
});

export const recordOf = ({ batch, fingerprint, receipt, asSent }: LogEntry): LogRecord => ({
  id: batch.id,
  receivedAt: batch.receivedAt,
  items: itemsIn(batch.content),
  fingerprint,
  receipt: { accepted: receipt.accepted, rejected: receipt.rejected },
  json: asSent ?? Buffer.from(JSON.stringify(batch.content)),
});

const itemsIn = ({ events, samples, spans, logs }: BatchContent) =>
  events.length + samples.length + spans.length + logs.length;
