import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../adapters/local/dataFolder.ts';
import { localPorts } from '../../adapters/local/ports.ts';
import type { BatchLog } from '../../core/ports.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

const root = mkdtempSync(join(tmpdir(), 'modelmeter-full-'));
const disk = join(root, 'disk');

/** A disk of 4 MiB in memory, which only root may mount. */
const hasSmallDisk = (() => {
  try {
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'modelmeter-test', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
afterAll(() => {
  if (hasSmallDisk) execFileSync('umount', ['--lazy', disk]);
  rmSync(root, { recursive: true });
});

/** Appends in groups until not even one more fits; answers which were acknowledged, and why the others were not. */
const fill = async (log: BatchLog) => {
  const acknowledged: number[] = [];
  for (let n = 1, size = 10; ; n += 10) {
    const group = Array.from({ length: size }, (_, i) => n + i);
    const answers = await Promise.allSettled(group.map((m) => log.append(aBigEntry(m))));
    group.forEach((m, i) => void (answers[i]!.status === 'fulfilled' && acknowledged.push(m)));
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    if (failures.length > 0 && size === 1) return { acknowledged, failures };
    if (failures.length > 0) size = 1;
  }
};

/** About 40 kB that do not compress. */
const aBigEntry = (n: number) => {
  const entry = anEntry(n);
  entry.batch.content.events[0]!.attributes = { noise: randomBytes(30_000).toString('base64') };
  return entry;
};

describe.skipIf(!hasSmallDisk)('a full disk (a small tmpfs; skipped where it cannot be mounted)', () => {
  it('refuses batches, keeps what was acknowledged and nothing else, and works again once there is room', async () => {
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const folder = openDataFolder(join(disk, 'data'));
    const ports = localPorts(join(disk, 'data'));

    const { acknowledged, failures } = await fill(ports.batchLog);
    expect(failures[0]).toMatchObject({ code: 'storageFull', retryAfterS: expect.any(Number) });
    await expect(ports.batchLog.append(aBigEntry(9_000))).rejects.toMatchObject({ code: 'storageFull' });
    const blocks = [{ family: 'f', stepMs: 1, startMs: 0, bytes: randomBytes(4_000_000) }];
    await expect(ports.rollupStore.apply({ batchIds: ['aa'], blocks, nowMs: 1 })).rejects.toMatchObject({
      code: 'storageFull',
    });
    expect(await ports.rollupStore.applied(['aa'])).toEqual([]);
    expect(statfsSync(disk).bavail * statfsSync(disk).bsize).toBeLessThan(1_000_000);
    const kept = (await ports.batchLog.unrolled(1e9)).map(({ id }) => Number.parseInt(id, 16));
    expect(kept.toSorted((a, b) => a - b)).toEqual(acknowledged);

    rmSync(ballast);
    expect(await ports.batchLog.append(aBigEntry(9_000))).toEqual({ kind: 'appended' });
    expect(await ports.batchLog.backlog()).toBe(acknowledged.length + 1);
    ports.close();
    folder.close();
    rmSync(join(disk, 'data'), { recursive: true });
  });

  it('says so when the archive has no room, and archives once there is', async () => {
    const dir = join(disk, 'archive');
    const folder = openDataFolder(dir);
    const ports = localPorts(dir);
    for (let n = 1; n <= 5; n++) await ports.batchLog.append(aBigEntry(n));
    await ports.batchLog.markRolled([1, 2, 3, 4, 5].map((n) => aBatch(n).id));
    const room = statfsSync(disk);
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(Math.max(0, room.bavail * room.bsize - 50_000)));

    await expect(ports.archive.add({ maxItems: 100 })).rejects.toMatchObject({ code: 'storageFull' });
    expect((await ports.archive.waiting()).items).toBe(5);
    expect(readdirSync(join(dir, 'archive'), { recursive: true })).toEqual(['tmp']);

    rmSync(ballast);
    expect(await ports.archive.add({ maxItems: 100 })).toBe(5);
    ports.close();
    folder.close();
  });
});
