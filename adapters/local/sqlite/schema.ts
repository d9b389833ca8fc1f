/**
 * What the two database files hold. `version` is the file's `user_version`, set in the same transaction as the change,
 * so a migration that is cut off is simply done again. A file's bytes outlive the code: never edit a migration that was released.
 */
export interface Schema {
  file: string;
  version: number;
  /** Bytes; the file is made of pages of this size. */
  pageSize: number;
  /** Makes the newest version in an empty file. */
  create: string;
  /** From the version before, each in turn. */
  migrations: readonly { to: number; sql: string }[];
}

/** Version of the data format: of every file of a data folder. */
export const FORMAT_VERSION = 6;

/**
 * `keys` answers retries and is kept for weeks, so it is compact and apart from what is soon archived:
 * `pending` (small rows: what is to do) and `payloads` (see payload.ts).
 * AUTOINCREMENT: a seq is never used again, since `keys` still names those of payloads long gone.
 */
export const LOG_SCHEMA: Schema = {
  file: 'log.db',
  version: FORMAT_VERSION,
  pageSize: 4096,
  create: `
    CREATE TABLE keys (
      id BLOB PRIMARY KEY, seq INTEGER NOT NULL, receivedMs INTEGER NOT NULL,
      accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, fingerprint BLOB
    ) WITHOUT ROWID;
    CREATE TABLE pending (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, receivedMs INTEGER NOT NULL,
      items INTEGER NOT NULL, rolled INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX unrolled ON pending (seq) WHERE rolled = 0;
    CREATE TABLE payloads (seq INTEGER PRIMARY KEY, content BLOB NOT NULL);
    CREATE TABLE archive (
      path TEXT PRIMARY KEY, kind TEXT NOT NULL, day TEXT NOT NULL, records INTEGER NOT NULL, retiredMs INTEGER
    );`,
  migrations: [
    // A key without a fingerprint is one of version 1: its retry is taken as the same request.
    { to: 2, sql: 'ALTER TABLE keys ADD COLUMN fingerprint BLOB' },
    // Nothing to change: a program of version 2 cannot read payloads that are events as they were sent.
    { to: 3, sql: '' },
    { to: 4, sql: '' },
    { to: 5, sql: '' },
    { to: 6, sql: '' },
  ],
};

/** `looseMs`: when a block was added; null once it is compacted. */
export const ROLLUPS_SCHEMA: Schema = {
  file: 'rollups.db',
  version: FORMAT_VERSION,
  pageSize: 4096,
  create: `
    CREATE TABLE blocks (
      id INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT NOT NULL, stepMs INTEGER NOT NULL, startMs INTEGER NOT NULL,
      looseMs INTEGER, bytes BLOB NOT NULL
    );
    CREATE INDEX byPartition ON blocks (family, stepMs, startMs, looseMs);
    CREATE INDEX loose ON blocks (family, stepMs, startMs, looseMs) WHERE looseMs IS NOT NULL;
    CREATE TABLE expired (
      family TEXT NOT NULL, stepMs INTEGER NOT NULL, beforeMs INTEGER NOT NULL, PRIMARY KEY (family, stepMs)
    ) WITHOUT ROWID;
    CREATE TABLE applied (id BLOB PRIMARY KEY, atMs INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE deployments (deployment TEXT PRIMARY KEY, entry TEXT NOT NULL);
    CREATE TABLE apiKeys (id TEXT PRIMARY KEY, entry TEXT NOT NULL);
    CREATE TABLE documents (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL);
    CREATE TABLE notices (scan TEXT NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (scan, id)) WITHOUT ROWID;`,
  migrations: [
    {
      // Version 1 did not tell loose blocks from compacted ones: all are loose, and compaction looks at them once more.
      to: 2,
      sql: `
        ALTER TABLE blocks ADD COLUMN looseMs INTEGER;
        UPDATE blocks SET looseMs = 0;
        DROP INDEX byPartition;
        CREATE INDEX byPartition ON blocks (family, stepMs, startMs, looseMs);
        CREATE INDEX loose ON blocks (family, stepMs, startMs, looseMs) WHERE looseMs IS NOT NULL;`,
    },
    { to: 3, sql: '' },
    { to: 4, sql: 'CREATE TABLE apiKeys (id TEXT PRIMARY KEY, entry TEXT NOT NULL)' },
    {
      to: 5,
      sql: 'CREATE TABLE documents (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL)',
    },
    {
      to: 6,
      sql: 'CREATE TABLE notices (scan TEXT NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (scan, id)) WITHOUT ROWID',
    },
  ],
};
