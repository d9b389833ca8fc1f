import { ARCHIVE_KINDS } from '../../../core/telemetry/archiveColumns.ts';
import type { ArchiveFile, ArchiveFiles } from './files.ts';
import type { ArchiveWriter } from './fileWriter.ts';

/** Objects that S3 deletes in one call. */
const TOGETHER = 1000;
const FIRST_DAY = '1970-01-01';

/**
 * Deletes files of days before `day` (UTC, YYYY-MM-DD) that were also written before it. Answers how many partitions lost
 * files.
 */
export const expireFiles = async (
  files: Pick<ArchiveFiles, 'list'> & Pick<ArchiveWriter, 'remove'>,
  day: string,
): Promise<number> => {
  const dayMs = Date.parse(day);
  const lastDay = new Date(dayMs - 1).toISOString().slice(0, 10);
  const partitions = new Set<string>();
  for (const kind of ARCHIVE_KINDS) {
    let old: ArchiveFile[] = [];
    const removeOld = async () => {
      if (old.length > 0) await files.remove(old.map(({ key }) => key));
      old = [];
    };
    for await (const file of files.list({ kind, firstDay: FIRST_DAY, lastDay })) {
      if (file.writtenMs >= dayMs) continue;
      partitions.add(`${kind} ${file.day}`);
      old.push(file);
      if (old.length === TOGETHER) await removeOld();
    }
    await removeOld();
  }
  return partitions.size;
};
