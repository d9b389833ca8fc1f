import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that a folder takes on the disk, as `du -s` counts them: blocks, not lengths. */
export const diskBytes = (folder: string): number => {
  let bytes = statSync(folder).blocks * 512;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const found = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    bytes += (found?.blocks ?? 0) * 512;
  }
  return bytes;
};

/** The folder's size once it has not changed for `quietMs`, or after `timeoutMs` as it is then (`isSettled` false). */
export const settledDiskBytes = async (options: {
  folder: string;
  quietMs: number;
  timeoutMs: number;
}): Promise<{ bytes: number; isSettled: boolean }> => {
  const startedAt = performance.now();
  let bytes = diskBytes(options.folder);
  let changedAt = startedAt;
  for (;;) {
    await sleep(500);
    const now = performance.now();
    const next = diskBytes(options.folder);
    if (next !== bytes) changedAt = now;
    bytes = next;
    if (now - changedAt >= options.quietMs) return { bytes, isSettled: true };
    if (now - startedAt >= options.timeoutMs) return { bytes, isSettled: false };
  }
};
