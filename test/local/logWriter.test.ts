import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import type { Log } from '../../adapters/local/log.ts';
import { logWriter } from '../../adapters/local/logWriter.ts';
import { sqliteBatchLog } from '../../adapters/local/sqlite/batchLog.ts';
import type { BatchLog } from '../../core/ports.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import { readEvents } from '../../core/telemetry/door/readEvents.ts';
import { aBatch, anEntry, batchLogContract } from '../contract/batchLog.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-writer-'));
const closing: (() => void | Promise<void>)[] = [];
let files = 0;
const quiet: Log = { info() {}, warn() {}, error() {} };
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(dir, { recursive: true });
});

/** A log whose appends go through the thread, as in the runtime, and the file it is in. */
const opened = () => {
  const path = join(dir, `${++files}.db`);
  const reader = sqliteBatchLog({ path });
  const writer = logWriter(path, quiet);
  closing.push(
    () => writer.stop(),
    () => reader.close(),
  );
  const log: BatchLog = { ...reader, append: (entry) => writer.append(entry) };
  return { path, log, writer };
};

batchLogContract('SQLite, written by a thread of its own', async () => opened().log);

describe('the thread that writes the log', () => {
  it('keeps events as they were sent, and gives them back as the door read them', async () => {
    const { log, path } = opened();
    const nowMs = Date.UTC(2026, 5, 15, 12);
    const event =
      '{ "kind":"inference", "timestamp":"2026-06-15T11:00:00Z", "deployment":"d", "status":"ok", "client":"Zoë" }';
    for (const [n, text] of [`[${event}]`, `\ufeff [${event.replace('ë', 'e')},${event}]`].entries()) {
      const door = { nowMs, maxAgeMs: 1e9, maxAheadMs: 1e6, keepContent: false };
      const { content, isAsSent } = readEvents(text.replace('\ufeff', ''), 'json', door);
      expect(isAsSent).toBe(true);
      const batch = { ...aBatch(n), content };
      await log.append({ ...anEntry(n), batch, asSent: Buffer.from(text) });
      expect((await log.unrolled(1e9))[n]).toEqual(batch);
    }
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('SELECT items FROM pending').all()).toEqual([{ items: 1 }, { items: 2 }]);
    db.close();
  });

  it('leaves what it was given to the caller', async () => {
    const { log } = opened();
    const asSent = Buffer.from('[]');

    await log.append({ ...anEntry(1), batch: { ...aBatch(1), content: emptyContent() }, asSent });

    expect(asSent.toString()).toBe('[]');
  });

  it('keeps all that was appended before it is stopped, and refuses what comes after', async () => {
    const { log, writer } = opened();
    const answers = Array.from({ length: 50 }, (_, n) => log.append(anEntry(n, 20)));

    await writer.stop();

    expect(await Promise.all(answers)).toEqual(Array(50).fill({ kind: 'appended' }));
    expect(await log.backlog()).toBe(50);
    await expect(log.append(anEntry(99))).rejects.toMatchObject({ code: 'storageFailed', retryAfterS: 2 });
  });

  it('says what failed for which batch, and keeps the others', async () => {
    const { log, path } = opened();
    await log.append(anEntry(0));
    const db = new DatabaseSync(path);
    db.exec(`CREATE TRIGGER odd BEFORE INSERT ON pending WHEN new.items = 3 BEGIN SELECT raise(ABORT, 'three'); END`);
    db.close();

    const answers = await Promise.allSettled([1, 2, 3, 4].map((n) => log.append(anEntry(n, n))));

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(answers[2]).toMatchObject({ reason: { code: 'storageFailed', message: 'could not keep a batch: three' } });
    expect((await log.unrolled(1e9)).map(({ id }) => id)).toEqual([0, 1, 2, 4].map((n) => aBatch(n).id));
  });

  it('is started again when it dies; what it had not answered fails, and a retry is told the truth', async () => {
    const { log, writer } = opened();
    await log.append(anEntry(0));
    const answers = Array.from({ length: 20 }, (_, n) => log.append(anEntry(n, 50)));

    await writer.kill();

    for (const answer of await Promise.allSettled(answers))
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'storageFailed', retryAfterS: 2 });
    await expect(log.append(anEntry(1))).rejects.toMatchObject({ code: 'storageFailed' });
    await expect.poll(() => log.append(anEntry(1, 50)).catch(() => undefined), { timeout: 10_000 }).toBeDefined();
    for (let n = 0; n < 20; n++) await log.append(anEntry(n, 50));
    expect(await log.backlog()).toBe(20);
  });
});
