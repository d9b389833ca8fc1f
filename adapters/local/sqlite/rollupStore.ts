import type { NewBlock, RollupStore } from '../../../core/ports.ts';
import { expiryFamily } from '../../../core/telemetry/families.ts';
import { openDatabase, openForReading, patiently, tidy, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { toKey } from './keys.ts';
import { ROLLUPS_SCHEMA } from './schema.ts';

export interface SqliteRollupStore extends RollupStore {
  /** See `tidy` in database.ts. */
  tidy(options: { idle: boolean }): void;
  close(): void;
}

/** Rollups in one SQLite file. Reads have a connection of their own and never wait for a write. One object for each thread. */
export const sqliteRollupStore = ({ path }: { path: string }): SqliteRollupStore => {
  const db = openDatabase(path, ROLLUPS_SCHEMA);
  const reader = openForReading(path);
  const remember = db.prepare('INSERT INTO applied VALUES (?, ?)');
  const isApplied = db.prepare('SELECT 1 FROM applied WHERE id = ?');
  const isAppliedForReading = reader.prepare('SELECT 1 FROM applied WHERE id = ?');
  const addBlock = db.prepare('INSERT INTO blocks (family, stepMs, startMs, looseMs, bytes) VALUES (?, ?, ?, ?, ?)');
  const hasBlock = db.prepare('SELECT 1 FROM blocks WHERE id = ?');
  const removeBlock = db.prepare('DELETE FROM blocks WHERE id = ?');
  const compactedBefore =
    'FROM blocks WHERE family = ? AND stepMs = ? AND startMs >= ? AND startMs < ? AND looseMs IS NULL';
  const countBefore = db.prepare(`SELECT count(DISTINCT startMs) AS partitions ${compactedBefore}`);
  const removeBefore = db.prepare(`DELETE ${compactedBefore}`);
  const setExpired = db.prepare(`
    INSERT INTO expired VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET beforeMs = max(beforeMs, excluded.beforeMs)`);
  const forget = db.prepare('DELETE FROM applied WHERE atMs < ?');
  const loosePartitions = reader.prepare(`
    SELECT family, stepMs, startMs, count(*) AS loose, max(looseMs) AS newestMs FROM blocks
    WHERE looseMs IS NOT NULL GROUP BY family, stepMs, startMs`);
  const list = reader.prepare(`
    SELECT id, startMs, looseMs IS NOT NULL AS loose FROM blocks
    WHERE family = ? AND stepMs = ? AND startMs >= ? AND startMs < ? ORDER BY startMs, id`);
  const read = reader.prepare('SELECT bytes FROM blocks WHERE id = ?');
  const families = reader.prepare('SELECT DISTINCT family FROM blocks ORDER BY family');
  const expiredBefore = reader.prepare('SELECT beforeMs FROM expired WHERE family = ? AND stepMs = ?');

  const add = (added: readonly NewBlock[], looseMs: number | null) => {
    for (const { family, stepMs, startMs, bytes } of added) addBlock.run(family, stepMs, startMs, looseMs, bytes);
  };
  const change = <T>(doing: string, work: () => T): Promise<T> =>
    patiently(() => transaction(db, work)).catch((error) => {
      throw storageError(doing, path, error);
    });

  return {
    maxBatches: Number.POSITIVE_INFINITY,
    apply: ({ batchIds, blocks: added, nowMs }) =>
      change('keep rollups', () => {
        const repeated = batchIds.filter((id) => isApplied.get(toKey(id)));
        if (repeated.length > 0) return repeated;
        for (const id of batchIds) remember.run(toKey(id), nowMs);
        add(added, nowMs);
        return [];
      }),
    async applied(ids) {
      return ids.filter((id) => isAppliedForReading.get(toKey(id)));
    },
    async loosePartitions() {
      return loosePartitions.all().map((row) => ({
        family: row.family as string,
        stepMs: row.stepMs as number,
        startMs: row.startMs as number,
        loose: row.loose as number,
        newestMs: row.newestMs as number,
      }));
    },
    async list({ family, stepMs, fromMs, toMs }) {
      return list.all(family, stepMs, fromMs, toMs).map((row) => ({
        id: String(row.id),
        startMs: row.startMs as number,
        loose: row.loose === 1,
      }));
    },
    async read(ids) {
      return ids.map((id) => read.get(Number(id))?.bytes as Uint8Array | undefined);
    },
    replace: ({ remove, add: added }) =>
      change('compact rollups', () => {
        const ids = [...new Set(remove)].map(Number);
        if (!ids.every((id) => hasBlock.get(id))) return false;
        for (const id of ids) removeBlock.run(id);
        add(added, null);
        return true;
      }),
    async families() {
      return families.all().map((row) => row.family as string);
    },
    async expiredBefore({ family, stepMs }) {
      return (expiredBefore.get(family, stepMs)?.beforeMs as number | undefined) ?? 0;
    },
    expire: ({ family, stepMs, fromMs, beforeMs }) =>
      change('expire rollups', () => {
        setExpired.run(family, stepMs, beforeMs);
        const expiring = families.all().map((row) => row.family as string);
        let partitions = 0;
        for (const each of expiring.filter((name) => expiryFamily(name) === family)) {
          partitions += countBefore.get(each, stepMs, fromMs, beforeMs)!.partitions as number;
          removeBefore.run(each, stepMs, fromMs, beforeMs);
        }
        return partitions;
      }),
    forgetApplied: (beforeMs) =>
      change('forget applied batches', () => {
        forget.run(beforeMs);
      }),
    tidy: (options) => tidy(db, path, options),
    close() {
      reader.close();
      db.close();
    },
  };
};
