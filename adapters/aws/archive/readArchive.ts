import { AppError } from '../../../core/errors.ts';
import type { ArchiveKind, ArchiveQuery } from '../../../core/ports.ts';
import { COLUMNS } from '../../../core/telemetry/archiveColumns.ts';
import { archivedOf, recordOf } from '../../../core/telemetry/archiveRecords.ts';
import { pause } from '../retry.ts';
import type { S3BatchLog } from '../s3BatchLog.ts';
import { ahead } from './ahead.ts';
import { byTime, type Source, type TimedRecord } from './byTime.ts';
import type { ArchiveFile, ArchiveFiles } from './files.ts';
import type { ArchiveJobs, Job } from './jobs.ts';
import { groupsOf } from './parquetReader.ts';
import { storedValue } from './rows.ts';
import { s3File } from './s3File.ts';

/** Batches that one query reads from the log. */
const MAX_WAITING = 4_000;
/** Batches whose records are put in order together, and that are read at a time. */
const TOGETHER = 64;
const READS = 16;
/** How often the archive may change under a query that is looking at what there is. */
const TRIES = 5;
/** Days that a file can be of: the door takes no others. */
const [EARLIEST_MS, LATEST_MS] = [0, Date.UTC(9999, 11, 31)];

interface Parts {
  jobs: Pick<ArchiveJobs, 'last' | 'waiting'>;
  files: Pick<ArchiveFiles, 'list' | 'read'>;
  batchLog: Pick<S3BatchLog, 'read'>;
}

/** Reads records by time, each once, whether their batch is in files yet or waits. What is not rolled up yet is not seen. */
export const readArchive = ({ jobs, files, batchLog }: Parts) =>
  async function* (query: ArchiveQuery): AsyncGenerator<TimedRecord> {
    const now = await snapshot({ jobs, files }, query);
    const sources = now.files.map((file) => fileSource(files, file, query));
    for (let i = 0; i < now.batchIds.length; i += TOGETHER)
      sources.push(batchSource(batchLog, now.batchIds.slice(i, i + TOGETHER), query));
    yield* byTime(sources, query);
  };

interface Snapshot {
  batchIds: string[];
  files: ArchiveFile[];
}

/**
 * Files and waiting batches that between them have each record once. While a job is open its batches still wait, and its
 * files do not count; when a job began or ended meanwhile, one of the two may have been seen too early.
 */
const snapshot = async (
  { jobs, files }: Pick<Parts, 'jobs' | 'files'>,
  { kind, fromMs, toMs }: ArchiveQuery,
): Promise<Snapshot> => {
  const days = { kind, firstDay: dayOf(fromMs), lastDay: dayOf(toMs) };
  for (let tries = 1; tries <= TRIES; tries++) {
    const before = await jobs.last();
    const batchIds = (await jobs.waiting()).flatMap((entry) => entry.batchIds);
    const found: ArchiveFile[] = [];
    for await (const file of files.list(days)) found.push(file);
    if (isSame(before, await jobs.last())) {
      if (batchIds.length > MAX_WAITING) throw tooManyWait(batchIds.length);
      return { batchIds, files: found.filter(({ fileId }) => !before?.isOpen || fileId !== before.fileId) };
    }
    await pause(tries);
  }
  throw new AppError('overloaded', `the archive changed ${TRIES} times while it was read: ask again`, {
    retryAfterS: 5,
  });
};

const isSame = (before: Job | undefined, after: Job | undefined): boolean =>
  before?.fileId === after?.fileId && before?.isOpen === after?.isOpen;

const tooManyWait = (count: number): AppError =>
  new AppError('overloaded', `${count} batches wait for the archive, which is written every hour: ask again then`, {
    retryAfterS: 3600,
  });

/** The day of a time, UTC, YYYY-MM-DD. */
const dayOf = (ms: number): string =>
  new Date(Math.min(LATEST_MS, Math.max(EARLIEST_MS, ms))).toISOString().slice(0, 10);

const isIn = ({ fromMs, toMs }: ArchiveQuery, { timestamp }: TimedRecord): boolean =>
  (timestamp as number) >= fromMs && (timestamp as number) < toMs;

const fileSource = (files: Parts['files'], file: ArchiveFile, query: ArchiveQuery): Source => ({
  fromMs: Date.parse(file.day),
  async open() {
    const groups = await groupsOf(query.kind, s3File(files, file));
    const sources = groups
      .filter((group) => group.fromMs < query.toMs && group.toMs >= query.fromMs)
      .map((group): Source => {
        const open = async () => ({ records: (await group.records()).filter((record) => isIn(query, record)) });
        return { fromMs: group.fromMs, open };
      });
    return { sources };
  },
});

/** May hold any time. */
const batchSource = (batchLog: Parts['batchLog'], ids: readonly string[], query: ArchiveQuery): Source => ({
  fromMs: Number.NEGATIVE_INFINITY,
  async open() {
    const records: TimedRecord[] = [];
    for await (const [, batch] of ahead(ids, { most: READS, work: batchLog.read })) {
      if (!batch) continue;
      for (const [kind, record] of archivedOf(batch.content))
        if (kind === query.kind && isIn(query, record)) records.push(recordOf(kind, asRow(kind, record)));
    }
    return { records };
  },
});

/** As a file would give it back. */
const asRow = (kind: ArchiveKind, record: TimedRecord): Record<string, unknown> =>
  Object.fromEntries(
    COLUMNS[kind].map((column) => {
      const value = storedValue(column, record[column.name]);
      return [column.name, column.type === 'microseconds' ? (value as number) / 1000 : value];
    }),
  );
