import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SALT_FILE = 'salt';

/**
 * Turns a client's id into a pseudonym: the same one for the same client and salt, and no way back without the salt.
 *
 * @param salt when not given, one is made and kept in the data folder, readable by its owner only
 */
export const clientHash = ({
  dataDir,
  salt,
}: {
  dataDir: string;
  salt?: string | undefined;
}): ((id: string) => string) => {
  const key = salt || keptSalt(dataDir);
  // 96 bits: a collision is expected among some 10^14 clients.
  return (id) => `client-${createHmac('sha256', key).update(id).digest('base64url').slice(0, 16)}`;
};

const keptSalt = (dataDir: string): string => {
  const path = join(dataDir, SALT_FILE);
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8');
};
