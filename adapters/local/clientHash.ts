import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pseudonyms } from '../pseudonyms.ts';

const SALT_FILE = 'salt';

/**
 * The pseudonyms of this machine.
 *
 * @param salt when not given, one is made and kept in the data folder, readable by its owner only
 */
export const clientHash = ({
  dataDir,
  salt,
}: {
  dataDir: string;
  salt?: string | undefined;
}): ((id: string) => string) => pseudonyms(salt || keptSalt(dataDir));

const keptSalt = (dataDir: string): string => {
  const path = join(dataDir, SALT_FILE);
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8');
};
