import type { DatabaseSync } from 'node:sqlite';
import type { ArchiveKind, ArchivePartition } from '../../../core/ports.ts';
import type { BatchContent } from '../../../core/telemetry/batch.ts';
import { contentOf } from '../../payload.ts';
import { transaction } from '../sqlite/database.ts';

/** A file of the archive; `path` is relative to its folder. */
export interface ArchiveFile extends ArchivePartition {
  path: string;
  records: number;
}

/**
 * What the log's database says of the archive: which files count, and which batches wait. Both change together, in one
 * transaction, so a record is in exactly one of them. A retired file no longer counts and is deleted later.
 */
export const manifest = (db: DatabaseSync) => {
  const addFile = db.prepare('INSERT INTO archive (path, kind, day, records) VALUES (?, ?, ?, ?)');
  const current = db.prepare(
    'SELECT path, kind, day, records FROM archive WHERE retiredMs IS NULL ORDER BY kind, day, path',
  );
  const retire = db.prepare('UPDATE archive SET retiredMs = ? WHERE path = ? AND retiredMs IS NULL');
  const retired = db.prepare('SELECT path FROM archive WHERE retiredMs < ?');
  const all = db.prepare('SELECT path FROM archive');
  const drop = db.prepare('DELETE FROM archive WHERE path = ?');
  const waiting = db.prepare('SELECT total(items) AS items, min(receivedMs) AS oldestMs FROM pending WHERE rolled = 1');
  const rolled = db.prepare(
    'SELECT seq, items, content FROM pending JOIN payloads USING (seq) WHERE rolled = 1 ORDER BY seq',
  );
  const contents = db.prepare('SELECT content FROM payloads ORDER BY seq');
  const dropPayload = db.prepare('DELETE FROM payloads WHERE seq = ?');
  const dropPending = db.prepare('DELETE FROM pending WHERE seq = ?');
  const add = ({ path, kind, day, records }: ArchiveFile) => addFile.run(path, kind, day, records);

  return {
    files: (): ArchiveFile[] =>
      current.all().map((row) => ({
        path: row.path as string,
        kind: row.kind as ArchiveKind,
        day: row.day as string,
        records: row.records as number,
      })),
    /** Also retired ones. */
    paths: (): string[] => all.all().map((row) => row.path as string),
    waiting: () => waiting.get() as { items: number; oldestMs: number | null },
    /** Content of every batch that is in no file, rolled up or not, oldest first. */
    *pendingContents(): Generator<BatchContent> {
      for (const row of contents.iterate()) yield contentOf(row.content as Uint8Array);
    },
    /** The oldest rolled-up batches that hold `maxItems` items, at least one; `take` adds each to `seqs` as it is read. */
    *rolled(maxItems: number, take: (batch: { seq: number; items: number }) => void): Generator<BatchContent> {
      let items = 0;
      for (const row of rolled.iterate()) {
        if (items > 0 && items + (row.items as number) > maxItems) return;
        items += row.items as number;
        take({ seq: row.seq as number, items: row.items as number });
        yield contentOf(row.content as Uint8Array);
      }
    },
    /** From now on these batches are in these files. */
    archive: (seqs: readonly number[], files: readonly ArchiveFile[]) =>
      transaction(db, () => {
        for (const file of files) add(file);
        for (const seq of seqs) {
          dropPayload.run(seq);
          dropPending.run(seq);
        }
      }),
    /** From now on the records of `old` are in `now`, or nowhere. */
    swap: (old: readonly ArchiveFile[], now: readonly ArchiveFile[], nowMs: number) =>
      transaction(db, () => {
        for (const { path } of old) retire.run(nowMs, path);
        for (const file of now) add(file);
      }),
    retiredBefore: (beforeMs: number): string[] => retired.all(beforeMs).map((row) => row.path as string),
    forget: (paths: readonly string[]) =>
      transaction(db, () => {
        for (const path of paths) drop.run(path);
      }),
  };
};
