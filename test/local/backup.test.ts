import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../adapters/local/dataFolder.ts';
import { type LocalPorts, localPorts } from '../../adapters/local/ports.ts';
import { backup } from '../../adapters/local/sqlite/backup.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-backup-'));
afterAll(() => rmSync(dir, { recursive: true }));

const everything = { family: 'f', stepMs: 60_000, fromMs: 0, toMs: 1e15 };

/** What the background does with a batch, one block for each; its single byte is the number of events. */
const rollUp = async ({ batchLog, rollupStore }: LocalPorts) => {
  for (const batch of await batchLog.unrolled(30)) {
    const bytes = Uint8Array.of(batch.content.events.length);
    const blocks = [{ family: 'f', stepMs: 60_000, startMs: 0, bytes }];
    await rollupStore.apply({ batchIds: [batch.id], blocks, nowMs: 1 });
    await batchLog.markRolled([batch.id]);
  }
};
const eventsIn = async (ports: LocalPorts) => {
  const ids = (await ports.rollupStore.list(everything)).map(({ id }) => id);
  const inRollups = (await ports.rollupStore.read(ids)).reduce((sum, bytes) => sum + bytes![0]!, 0);
  let inArchive = 0;
  for await (const _ of ports.archive.read({ kind: 'inference', fromMs: 0, toMs: 1e15 })) inArchive++;
  return { inRollups, inArchive };
};

describe('a backup', () => {
  it('taken under writes is whole: every batch in it is in its rollups and its archive once', async () => {
    const folder = openDataFolder(join(dir, 'live'));
    const live = localPorts(join(dir, 'live'));
    let isRunning = true;
    let appended = 0;
    const door = async () => {
      while (isRunning) await live.batchLog.append(anEntry(appended++, 10));
    };
    const background = async () => {
      for (let round = 0; isRunning; round++) {
        await rollUp(live);
        if (round % 5 === 0) await live.archive.add({ maxItems: 50 });
        const days = round % 20 === 0 ? await live.archive.partitions() : [];
        for (const day of days) await live.archive.merge({ ...day, belowRecords: 1e6, nowMs: round });
      }
    };
    const work = [door(), background()];

    const targets = [1, 2, 3].map((n) => join(dir, `copy-${n}`));
    for (const target of targets) {
      await new Promise((done) => setTimeout(done, 150));
      await backup(join(dir, 'live'), target);
    }
    isRunning = false;
    await Promise.all(work);
    live.close();
    folder.close();

    for (const target of targets) {
      const restoredFolder = openDataFolder(target);
      const restored = localPorts(target);
      for (const batch of await restored.batchLog.unrolled(1e9)) {
        expect(await restored.rollupStore.applied([batch.id])).toEqual([]);
      }
      while ((await restored.batchLog.backlog()) > 0) await rollUp(restored);
      const { inRollups, inArchive } = await eventsIn(restored);
      const kept = inArchive / 10;

      expect(inArchive).toBeGreaterThan(0);
      expect(inRollups).toBe(inArchive);
      expect(await restored.batchLog.append(anEntry(kept - 1, 10))).toMatchObject({ kind: 'duplicate' });
      restored.close();
      restoredFolder.close();
    }
  }, 30_000);

  it('is refused where something is already, and of a folder that holds no data', async () => {
    const folder = openDataFolder(join(dir, 'other'));
    folder.close();

    await expect(backup(join(dir, 'other'), dir)).rejects.toMatchObject({ code: 'invalidInput' });
    await expect(backup(join(dir, 'nowhere'), join(dir, 'copy'))).rejects.toMatchObject({ code: 'invalidInput' });
    expect(existsSync(join(dir, 'copy'))).toBe(false);
  });

  it('holds what was acknowledged before it', async () => {
    const folder = openDataFolder(join(dir, 'small'));
    const ports = localPorts(join(dir, 'small'));
    await ports.batchLog.append(anEntry(1));
    await ports.deploymentStore.put({ deployment: 'chat', versions: [] });

    await backup(join(dir, 'small'), join(dir, 'small-copy'));
    ports.close();
    folder.close();

    const restored = localPorts(join(dir, 'small-copy'));
    expect(await restored.batchLog.unrolled(10)).toEqual([aBatch(1)]);
    expect(await restored.deploymentStore.list()).toHaveLength(1);
    restored.close();
  });

  it('holds the small files too, without which pseudonyms would change and the demo start over', async () => {
    openDataFolder(join(dir, 'salted')).close();
    const small = ['salt', 'since', 'demo-progress.json'];
    for (const name of small) writeFileSync(join(dir, 'salted', name), `of ${name}`);

    await backup(join(dir, 'salted'), join(dir, 'salted-copy'));

    for (const name of small) expect(readFileSync(join(dir, 'salted-copy', name), 'utf8')).toBe(`of ${name}`);
    expect(readdirSync(join(dir, 'salted-copy'))).not.toContain('pid');
  });

  it('leaves alone what another backup to the same place has begun', async () => {
    openDataFolder(join(dir, 'twice')).close();
    mkdirSync(join(dir, 'twice-copy.partial'));

    await expect(backup(join(dir, 'twice'), join(dir, 'twice-copy'))).rejects.toMatchObject({ code: 'invalidInput' });
    expect(existsSync(join(dir, 'twice-copy.partial'))).toBe(true);
  });
});
