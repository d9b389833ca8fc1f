import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveKind } from '../../../core/ports.ts';
import { archivedOf, wellFormedJson } from '../../../core/telemetry/archiveRecords.ts';
import type { BatchContent } from '../../../core/telemetry/batch.ts';
import type { Staged } from './sql.ts';

const FLUSH_AT_CHARACTERS = 2 ** 18;

/**
 * Writes the records of batches as lines of JSON into `dir`, a file for each kind, for DuckDB to read.
 *
 * @param only keeps records of this kind alone
 */
export const stage = (dir: string, contents: Iterable<BatchContent>, only?: ArchiveKind): Map<ArchiveKind, Staged> => {
  const files = new Map<ArchiveKind, ReturnType<typeof lineFile>>();
  const add = (kind: ArchiveKind, record: object) => {
    if (only && kind !== only) return;
    const file = files.get(kind) ?? lineFile(join(dir, `${kind}.ndjson`));
    files.set(kind, file);
    file.add(record);
  };

  try {
    for (const content of contents) {
      for (const [kind, record] of archivedOf(content)) add(kind, record);
    }
  } finally {
    for (const file of files.values()) file.close();
  }
  return new Map([...files].map(([kind, { path, longest }]) => [kind, { path, longest: longest() }]));
};

const lineFile = (path: string) => {
  const fd = openSync(path, 'w');
  let buffered = '';
  let longest = 0;
  const flush = () => {
    writeFully(fd, Buffer.from(buffered));
    buffered = '';
  };

  return {
    path,
    longest: () => longest,
    add(record: object) {
      const line = `${wellFormedJson(JSON.stringify(record))}\n`;
      // A character is at most three bytes of UTF-8.
      longest = Math.max(longest, line.length * 3);
      buffered += line;
      if (buffered.length > FLUSH_AT_CHARACTERS) flush();
    },
    close() {
      flush();
      closeSync(fd);
    },
  };
};

const writeFully = (fd: number, bytes: Uint8Array) => {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
};
