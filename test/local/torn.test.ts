import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataFolder, pathsIn } from '../../adapters/local/dataFolder.ts';
import { sqliteBatchLog } from '../../adapters/local/sqlite/batchLog.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

const root = mkdtempSync(join(tmpdir(), 'modelmeter-torn-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Spread over [from, to], the ends included. */
const offsets = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => Math.round(from + ((to - from) * i) / (count - 1)));

describe('a power cut', () => {
  it('loses nothing that was acknowledged, wherever it tears what was written after', async () => {
    const live = join(root, 'live');
    const folder = openDataFolder(live);
    const path = pathsIn(live).log;
    const log = sqliteBatchLog({ path });
    for (let n = 1; n <= 20; n++) await log.append(anEntry(n, 50));
    const acknowledgedBytes = statSync(`${path}-wal`).size;
    for (let n = 21; n <= 25; n++) await log.append(anEntry(n, 50)); // as if nobody had been told yet
    const writtenBytes = statSync(`${path}-wal`).size;

    for (const [i, bytes] of offsets(acknowledgedBytes, writtenBytes, 40).entries()) {
      for (const tail of ['cut', 'zeroed', 'garbage'] as const) {
        const torn = join(root, `${tail}-${i}`);
        mkdirSync(torn);
        const copy = pathsIn(torn).log;
        copyFileSync(path, copy);
        copyFileSync(`${path}-wal`, `${copy}-wal`);
        tear(`${copy}-wal`, bytes, tail);

        const reopenedFolder = openDataFolder(torn);
        const reopened = sqliteBatchLog({ path: copy });
        const kept = await reopened.unrolled(1e9);

        expect(kept.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => aBatch(n + 1, 50)));
        for (const batch of kept) expect(batch).toEqual(aBatch(Number.parseInt(batch.id, 16), 50));
        expect(await reopened.append(anEntry(20, 50))).toMatchObject({ kind: 'duplicate' });
        expect(await reopened.append(anEntry(99))).toEqual({ kind: 'appended' });
        reopened.close();
        reopenedFolder.close();
      }
    }
    log.close();
    folder.close();
  }, 60_000);
});

const tear = (path: string, bytes: number, tail: 'cut' | 'zeroed' | 'garbage') => {
  if (tail === 'cut') return truncateSync(path, bytes);
  const content = readFileSync(path);
  content.fill(tail === 'zeroed' ? 0 : 0xa5, bytes);
  writeFileSync(path, content);
};
