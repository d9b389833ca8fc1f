import type { ApiKey, ApiKeyStore } from '../../../core/ports.ts';
import { openDatabase, patiently, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { ROLLUPS_SCHEMA } from './schema.ts';

/**
 * API keys in the rollups' file, an entry as JSON. Nothing of it is kept in memory: what another process adds or revokes
 * (the command line, beside a running server) holds from its commit on.
 */
export const sqliteApiKeyStore = ({ path }: { path: string }): ApiKeyStore & { close(): void } => {
  const db = openDatabase(path, ROLLUPS_SCHEMA);
  const one = db.prepare('SELECT entry FROM apiKeys WHERE id = ?');
  const all = db.prepare("SELECT entry FROM apiKeys ORDER BY entry ->> 'createdMs', id");
  const any = db.prepare('SELECT 1 FROM apiKeys LIMIT 1');
  const insert = db.prepare('INSERT OR IGNORE INTO apiKeys VALUES (?, ?)');
  const replace = db.prepare('UPDATE apiKeys SET entry = ? WHERE id = ?');
  const parse = (row: Record<string, unknown>): ApiKey => JSON.parse(row.entry as string);

  const find = (id: string): ApiKey | undefined => {
    const row = one.get(id);
    return row && parse(row);
  };
  const patientlyAs = <T>(doing: string, work: () => T): Promise<T> =>
    patiently(work).catch((error) => {
      throw storageError(doing, path, error);
    });
  const read = <T>(work: () => T) => patientlyAs('read the API keys', work);
  const write = <T>(doing: string, work: () => T) => patientlyAs(doing, () => transaction(db, work));

  return {
    add: (key) => write('keep an API key', () => insert.run(key.id, JSON.stringify(key)).changes === 1),
    get: (id) => read(() => find(id)),
    list: () => read(() => all.all().map(parse)),
    isEmpty: () => read(() => any.get() === undefined),
    revoke: (id, atMs) =>
      write('revoke an API key', () => {
        const key = find(id);
        if (!key || key.revokedMs !== undefined) return key;
        const revoked = { ...key, revokedMs: atMs };
        replace.run(JSON.stringify(revoked), id);
        return revoked;
      }),
    close: () => db.close(),
  };
};
