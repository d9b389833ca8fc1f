import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataFolder, pathsIn } from '../../adapters/local/dataFolder.ts';
import { localPorts } from '../../adapters/local/ports.ts';
import { FORMAT_VERSION, LOG_SCHEMA, ROLLUPS_SCHEMA } from '../../adapters/local/sqlite/schema.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

const root = mkdtempSync(join(tmpdir(), 'modelmeter-migration-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const aDir = () => join(root, String(++folders));

const write = (path: string, sql: string, rows: [string, ...(string | number | Uint8Array)[]][] = []) => {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${sql}`);
  for (const [insert, ...values] of rows) db.prepare(insert).run(...values);
  db.close();
};
const versionOf = (path: string) => {
  const db = new DatabaseSync(path);
  const { user_version } = db.prepare('PRAGMA user_version').get()!;
  db.close();
  return user_version;
};
const schemaOf = (path: string) => {
  const db = new DatabaseSync(path);
  const columns = db
    .prepare(
      `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema t, pragma_table_info(t.name) c
       WHERE t.type IN ('table', 'index') ORDER BY 1, 2`,
    )
    .all();
  db.close();
  return columns;
};

/** A data folder as version 1 wrote it: one batch waiting, and one block. */
const aVersion1Folder = () => {
  const dir = aDir();
  openDataFolder(dir).close(); // makes the folder; its files are made again below
  const paths = pathsIn(dir);
  for (const path of [paths.log, paths.rollups]) rmSync(path);
  const { id, receivedAt, content } = aBatch(1);
  const key = Buffer.from(id, 'hex');
  write(
    paths.log,
    `CREATE TABLE keys (
       id BLOB PRIMARY KEY, seq INTEGER NOT NULL, receivedMs INTEGER NOT NULL,
       accepted INTEGER NOT NULL, rejected INTEGER NOT NULL
     ) WITHOUT ROWID;
     CREATE TABLE pending (
       seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, receivedMs INTEGER NOT NULL,
       items INTEGER NOT NULL, rolled INTEGER NOT NULL DEFAULT 0
     );
     CREATE INDEX unrolled ON pending (seq) WHERE rolled = 0;
     CREATE TABLE payloads (seq INTEGER PRIMARY KEY, content BLOB NOT NULL);
     CREATE TABLE archive (
       path TEXT PRIMARY KEY, kind TEXT NOT NULL, day TEXT NOT NULL, records INTEGER NOT NULL, retiredMs INTEGER
     );
     PRAGMA user_version = 1`,
    [
      ['INSERT INTO keys VALUES (?, 1, ?, 1, 2)', key, receivedAt],
      ['INSERT INTO pending VALUES (1, ?, ?, 1, 0)', key, receivedAt],
      ['INSERT INTO payloads VALUES (1, ?)', zstdCompressSync(`${JSON.stringify(content)}\n`)],
    ],
  );
  write(
    paths.rollups,
    `CREATE TABLE blocks (
       id INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT NOT NULL, stepMs INTEGER NOT NULL, startMs INTEGER NOT NULL,
       bytes BLOB NOT NULL
     );
     CREATE INDEX byPartition ON blocks (family, stepMs, startMs);
     CREATE TABLE expired (
       family TEXT NOT NULL, stepMs INTEGER NOT NULL, beforeMs INTEGER NOT NULL, PRIMARY KEY (family, stepMs)
     ) WITHOUT ROWID;
     CREATE TABLE applied (id BLOB PRIMARY KEY, atMs INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE deployments (deployment TEXT PRIMARY KEY, entry TEXT NOT NULL);
     PRAGMA user_version = 1`,
    [["INSERT INTO blocks (family, stepMs, startMs, bytes) VALUES ('f', 60000, 0, ?)", Uint8Array.of(7)]],
  );
  return dir;
};

describe('the data format', () => {
  it('of version 1 is brought to the current one, with all it held', async () => {
    const dir = aVersion1Folder();

    openDataFolder(dir).close();

    const { batchLog, rollupStore, apiKeyStore, documentStore, close } = localPorts(dir);
    expect(await batchLog.unrolled(10)).toEqual([aBatch(1)]);
    expect(await batchLog.append(anEntry(1))).toEqual({ kind: 'duplicate', receipt: anEntry(1).receipt });
    expect(await rollupStore.loosePartitions()).toEqual([
      { family: 'f', stepMs: 60_000, startMs: 0, loose: 1, newestMs: 0 },
    ]);
    expect(await apiKeyStore.isEmpty()).toBe(true);
    expect(await documentStore.list('')).toEqual([]);
    close();
    expect(Object.values(pathsIn(dir)).slice(0, 2).map(versionOf)).toEqual([FORMAT_VERSION, FORMAT_VERSION]);
  });

  it('is the same whether made new or migrated', () => {
    const [migrated, made] = [aVersion1Folder(), aDir()];

    for (const dir of [migrated, made]) openDataFolder(dir).close();

    expect(schemaOf(pathsIn(migrated).log)).toEqual(schemaOf(pathsIn(made).log));
    expect(schemaOf(pathsIn(migrated).rollups)).toEqual(schemaOf(pathsIn(made).rollups));
  });

  it('of a newer version is refused, and left as it is', () => {
    const dir = aDir();
    openDataFolder(dir).close();
    write(pathsIn(dir).rollups, 'PRAGMA user_version = 99');

    expect(() => openDataFolder(dir)).toThrow(/data format 99.*up to 6.*newer version/);

    expect(versionOf(pathsIn(dir).rollups)).toBe(99);
  });

  it('has a migration to every version after the first', () => {
    for (const { version, migrations } of [LOG_SCHEMA, ROLLUPS_SCHEMA]) {
      expect(migrations.map(({ to }) => to)).toEqual(Array.from({ length: version - 1 }, (_, i) => i + 2));
    }
  });
});

describe('a data folder', () => {
  it('belongs to one process, and is free once that is gone, even killed', () => {
    const dir = aDir();
    const take = `
      import { openDataFolder } from ${JSON.stringify(new URL('../../adapters/local/dataFolder.ts', import.meta.url).href)};
      openDataFolder(${JSON.stringify(dir)});
      process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', take]).signal).toBe('SIGKILL');

    const folder = openDataFolder(dir);

    expect(() => openDataFolder(dir)).toThrow(`in use by process ${process.pid}`);
    folder.close();
    openDataFolder(dir).close();
  });
});
