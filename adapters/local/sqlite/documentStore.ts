import type { DocumentStore } from '../../../core/ports.ts';
import { openDatabase, patiently, snapshot, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { ROLLUPS_SCHEMA } from './schema.ts';

/** Sorts after every character that a key may hold. */
const AFTER_KEYS = '\x7f';

/** Documents in the rollups' file. Each write gives a row an id that was never used before: that is its version. */
export const sqliteDocumentStore = ({ path }: { path: string }): DocumentStore & { close(): void } => {
  const db = openDatabase(path, ROLLUPS_SCHEMA);
  const one = db.prepare('SELECT id, bytes FROM documents WHERE key = ?');
  const idOf = db.prepare('SELECT id FROM documents WHERE key = ?');
  const write = db.prepare('INSERT OR REPLACE INTO documents (key, bytes) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM documents WHERE key = ?');
  const list = db.prepare('SELECT key FROM documents WHERE key >= ? AND key < ? ORDER BY key');
  const patientlyAs = <T>(doing: string, work: () => T): Promise<T> =>
    patiently(work).catch((error) => {
      throw storageError(doing, path, error);
    });

  return {
    get: (keys) =>
      patientlyAs('read documents', () =>
        snapshot(db, () =>
          keys.map((key) => {
            const row = one.get(key);
            return row && { bytes: row.bytes as Uint8Array, version: String(row.id) };
          }),
        ),
      ),
    put: (key, bytes, ifVersion) =>
      patientlyAs('keep a document', () =>
        transaction(db, () => {
          const id = idOf.get(key)?.id;
          if ((id === undefined ? undefined : String(id)) !== ifVersion) return false;
          write.run(key, bytes);
          return true;
        }),
      ),
    remove: (key) => patientlyAs('remove a document', () => void remove.run(key)),
    list: (prefix) =>
      patientlyAs('list documents', () => list.all(prefix, prefix + AFTER_KEYS).map((row) => row.key as string)),
    close: () => db.close(),
  };
};
