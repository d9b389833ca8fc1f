import { existsSync, mkdirSync } from 'node:fs';
import type { ApiKeyStore } from '../../core/ports.ts';
import { pathsIn } from './dataFolder.ts';
import { sqliteApiKeyStore } from './sqlite/apiKeyStore.ts';
import { openForReading } from './sqlite/database.ts';

/**
 * The API keys of a data folder, also while a server uses it.
 *
 * @param make make a folder where there is none; otherwise the answer is undefined then
 * @throws AppError storageFailed when it is of a newer format than this program
 */
export const apiKeysIn = (dataDir: string, make: boolean): (ApiKeyStore & { close(): void }) | undefined => {
  const { rollups } = pathsIn(dataDir);
  if (!make && !existsSync(rollups)) return undefined;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return sqliteApiKeyStore({ path: rollups });
};

/** Was a key ever made for this data folder? Changes nothing in it, of whatever format it is. */
export const hasApiKeys = (dataDir: string): boolean => {
  const { rollups } = pathsIn(dataDir);
  if (!existsSync(rollups)) return false;
  const db = openForReading(rollups);
  try {
    const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'apiKeys'").get() !== undefined;
    return isThere && db.prepare('SELECT 1 FROM apiKeys LIMIT 1').get() !== undefined;
  } finally {
    db.close();
  }
};
