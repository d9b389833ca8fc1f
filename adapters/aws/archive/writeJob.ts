import type { ArchiveKind } from '../../../core/ports.ts';
import { COLUMNS, sortColumnsOf } from '../../../core/telemetry/archiveColumns.ts';
import { archivedOf } from '../../../core/telemetry/archiveRecords.ts';
import type { S3BatchLog } from '../s3BatchLog.ts';
import { ahead } from './ahead.ts';
import type { ArchiveWriter } from './fileWriter.ts';
import { type Rows, rows } from './rows.ts';

/** Batches read at a time; packed they are small. */
const READS = 16;
const WRITES = 8;

/** What one job may hold in memory. */
export interface JobBounds {
  maxItems: number;
  maxBytes: number;
}

export interface Staged {
  /** So many of the batches were taken, the first ones. */
  batches: number;
  /** Events, samples, spans and logs that they held. */
  items: number;
  /** Rows by kind and day, one file each. */
  files: ReadonlyMap<string, Rows>;
}

/**
 * Takes batches in order, as many as the bounds allow but at least one, into rows of files. The same batches make the same
 * files.
 *
 * @param onGone told of a batch that is not in the log any more, and holds nothing therefore
 */
export const stageBatches =
  ({ batchLog, onGone }: { batchLog: Pick<S3BatchLog, 'read'>; onGone: (batchId: string) => void }) =>
  async (batchIds: readonly string[], { maxItems, maxBytes }: JobBounds): Promise<Staged> => {
    const files = new Map<string, Rows>();
    let [batches, items, bytes] = [0, 0, 0];
    for await (const [id, batch] of ahead(batchIds, { most: READS, work: batchLog.read })) {
      if (batch) {
        const { content } = batch;
        items += content.samples.length;
        for (const [kind, record] of archivedOf(content)) {
          items++;
          bytes += rowsOf(files, kind, record.timestamp as number).add(record);
        }
      } else onGone(id);
      batches++;
      if (items >= maxItems || bytes >= maxBytes) break;
    }
    return { batches, items, files };
  };

const rowsOf = (files: Map<string, Rows>, kind: ArchiveKind, timestampMs: number): Rows => {
  const partition = `${kind} ${new Date(timestampMs).toISOString().slice(0, 10)}`;
  const known = files.get(partition) ?? rows(COLUMNS[kind], sortColumnsOf(kind));
  files.set(partition, known);
  return known;
};

/** Writes all files of a job under its name. */
export const writeStaged = async (of: {
  files: Staged['files'];
  fileId: string;
  to: Pick<ArchiveWriter, 'put'>;
}): Promise<void> => {
  const { files, fileId, to } = of;
  const put = ([partition, rows]: [string, Rows]) => {
    const [kind, day] = partition.split(' ') as [ArchiveKind, string];
    return to.put({ kind, day, fileId, bytes: rows.file() });
  };
  for await (const _ of ahead(files, { most: WRITES, work: put }));
};
