import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sqliteApiKeyStore } from '../../adapters/local/sqlite/apiKeyStore.ts';
import { sqliteBatchLog } from '../../adapters/local/sqlite/batchLog.ts';
import { sqliteDeploymentStore } from '../../adapters/local/sqlite/deploymentStore.ts';
import { sqliteDocumentStore } from '../../adapters/local/sqlite/documentStore.ts';
import { sqliteNoticeStore } from '../../adapters/local/sqlite/noticeStore.ts';
import { sqliteRollupStore } from '../../adapters/local/sqlite/rollupStore.ts';
import { memoryApiKeyStore } from '../../adapters/memory/apiKeyStore.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import type { BatchLog } from '../../core/ports.ts';
import { anApiKey, apiKeyStoreContract } from '../contract/apiKeyStore.ts';
import { aBatch, anEntry, appendContract, batchLogContract } from '../contract/batchLog.ts';
import { deploymentStoreContract } from '../contract/deploymentStore.ts';
import { documentStoreContract } from '../contract/documentStore.ts';
import { noticeStoreContract } from '../contract/noticeStore.ts';
import { rollupStoreContract } from '../contract/rollupStore.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-stores-'));
const open: { close(): void }[] = [];
let files = 0;
const closingAtEnd = <T extends { close(): void }>(store: T): T => {
  open.push(store);
  return store;
};
const aPath = () => join(dir, `${++files}.db`);
afterAll(() => {
  for (const store of open) store.close();
  rmSync(dir, { recursive: true });
});

/** Of logs that hold nothing but what a test appended. */
const withKept = (log: BatchLog) => ({
  log,
  kept: async (id: string) => (await log.unrolled(1_000_000)).find((batch) => batch.id === id),
});
appendContract('memory', async () => withKept(memoryBatchLog()));
appendContract('SQLite', async () => withKept(closingAtEnd(sqliteBatchLog({ path: aPath() }))));
batchLogContract('memory', async () => memoryBatchLog());
batchLogContract('SQLite', async () => closingAtEnd(sqliteBatchLog({ path: aPath() })));
rollupStoreContract('memory', async () => memoryRollupStore());
rollupStoreContract('SQLite', async () => closingAtEnd(sqliteRollupStore({ path: aPath() })));
deploymentStoreContract('memory', async () => memoryDeploymentStore());
deploymentStoreContract('SQLite', async () => closingAtEnd(sqliteDeploymentStore({ path: aPath() })));
documentStoreContract('memory', async () => memoryDocumentStore());
documentStoreContract('SQLite', async () => closingAtEnd(sqliteDocumentStore({ path: aPath() })));
apiKeyStoreContract('memory', async () => memoryApiKeyStore());
apiKeyStoreContract('SQLite', async () => closingAtEnd(sqliteApiKeyStore({ path: aPath() })));
noticeStoreContract('SQLite', async () => closingAtEnd(sqliteNoticeStore({ path: aPath() })));

describe('SQLite batch log', () => {
  it('is shared by two connections: what one appends the other rolls up', async () => {
    const path = aPath();
    const [door, worker] = [closingAtEnd(sqliteBatchLog({ path })), closingAtEnd(sqliteBatchLog({ path }))];

    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        await door.append(anEntry(n, 20));
        await worker.markRolled([aBatch(n).id]);
      }),
    );

    expect([await door.backlog(), await worker.backlog()]).toEqual([0, 0]);
  });

  it('waits for another connection without blocking, and keeps the batch when that is done', async () => {
    const path = aPath();
    const log = closingAtEnd(sqliteBatchLog({ path }));
    const { openDatabase } = await import('../../adapters/local/sqlite/database.ts');
    const { LOG_SCHEMA } = await import('../../adapters/local/sqlite/schema.ts');
    const other = closingAtEnd(openDatabase(path, LOG_SCHEMA));
    other.exec('BEGIN IMMEDIATE');

    const answer = log.append(anEntry(1));
    await new Promise((done) => setTimeout(done, 30));
    other.exec('COMMIT');

    expect(await answer).toEqual({ kind: 'appended' });
  });

  it('forgets keys older than it is asked to keep', async () => {
    const log = closingAtEnd(sqliteBatchLog({ path: aPath() }));
    for (const n of [1, 2]) await log.append(anEntry(n));
    await log.markRolled([aBatch(1).id, aBatch(2).id]);

    await log.forgetKeys(aBatch(2).receivedAt);

    expect(await log.append(anEntry(2))).toMatchObject({ kind: 'duplicate' });
    expect(await log.append(anEntry(1))).toEqual({ kind: 'appended' });
  });

  it('forgets no key of a batch that waits, without which it could not be marked as rolled up', async () => {
    const log = closingAtEnd(sqliteBatchLog({ path: aPath() }));
    await log.append(anEntry(1));

    await log.forgetKeys(aBatch(1).receivedAt + 1);
    await log.markRolled([aBatch(1).id]);

    expect(await log.backlog()).toBe(0);
    expect(await log.append(anEntry(1))).toMatchObject({ kind: 'duplicate' });
  });

  it('leaves free space for the next time while another connection writes', async () => {
    const path = aPath();
    const log = closingAtEnd(sqliteBatchLog({ path }));
    const { openDatabase } = await import('../../adapters/local/sqlite/database.ts');
    const { LOG_SCHEMA } = await import('../../adapters/local/sqlite/schema.ts');
    const other = closingAtEnd(openDatabase(path, LOG_SCHEMA));
    other.exec('CREATE TABLE filler AS SELECT randomblob(1000000) AS bytes; DROP TABLE filler');
    other.exec('BEGIN IMMEDIATE');

    expect(() => log.tidy({ idle: false })).not.toThrow();
    other.exec('COMMIT');

    const free = () => Number(other.prepare('PRAGMA freelist_count').get()!.freelist_count);
    expect(free()).toBeGreaterThan(0);
    log.tidy({ idle: true });
    expect(free()).toBe(0);
  });

  it('leaves its log of changes empty when idle', async () => {
    const path = aPath();
    const log = closingAtEnd(sqliteBatchLog({ path }));
    await log.append(anEntry(1));

    log.tidy({ idle: true });

    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(await log.backlog()).toBe(1);
  });
});

describe('SQLite rollup store', () => {
  it('gives the space of removed blocks back to the disk', async () => {
    const path = aPath();
    const store = closingAtEnd(sqliteRollupStore({ path }));
    const blocks = Array.from({ length: 50 }, (_, i) => ({
      family: 'f',
      stepMs: 1,
      startMs: i,
      bytes: randomBytes(20_000),
    }));
    await store.replace({ remove: [], add: blocks });
    store.tidy({ idle: true });
    const full = statSync(path).size;

    await store.expire({ fromMs: 0, family: 'f', stepMs: 1, beforeMs: 50 });
    store.tidy({ idle: true });

    expect(full).toBeGreaterThan(1_000_000);
    expect(statSync(path).size).toBeLessThan(full / 10);
  });

  it('is read on one connection while another writes', async () => {
    const path = aPath();
    const [worker, queries] = [closingAtEnd(sqliteRollupStore({ path })), closingAtEnd(sqliteRollupStore({ path }))];

    await worker.apply({
      batchIds: ['aa'],
      blocks: [{ family: 'f', stepMs: 1, startMs: 0, bytes: randomBytes(9) }],
      nowMs: 1,
    });

    expect(await queries.applied(['aa'])).toEqual(['aa']);
    expect(await queries.list({ family: 'f', stepMs: 1, fromMs: 0, toMs: 1 })).toHaveLength(1);
  });
});

describe('SQLite store of API keys', () => {
  it('knows at once what another connection adds and revokes', async () => {
    const path = aPath();
    const [server, command] = [closingAtEnd(sqliteApiKeyStore({ path })), closingAtEnd(sqliteApiKeyStore({ path }))];
    expect(await server.isEmpty()).toBe(true);

    await command.add(anApiKey(1));
    expect([await server.isEmpty(), await server.get(anApiKey(1).id)]).toEqual([false, anApiKey(1)]);

    await command.revoke(anApiKey(1).id, 7);
    expect(await server.get(anApiKey(1).id)).toMatchObject({ revokedMs: 7 });
  });
});
