import { rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive, ArchiveKind, ArchiveQuery } from '../../../core/ports.ts';
import { recordOf } from '../../../core/telemetry/archiveRecords.ts';
import { openDatabase, patiently, snapshot } from '../sqlite/database.ts';
import { storageError } from '../sqlite/errors.ts';
import { LOG_SCHEMA } from '../sqlite/schema.ts';
import { openDuckDb, withDuckDb } from './duckdb.ts';
import { makeRoomFor, makeScratch, newFile, publish, withScratch } from './files.ts';
import { type ArchiveFile, manifest } from './manifest.ts';
import { copyTo, forReading, fromJson, fromParquet, within } from './sql.ts';
import { stage } from './staging.ts';
import { writeDays } from './writeDays.ts';

export interface ParquetArchive extends Archive {
  /** Writes what `read` would give as one Parquet file; answers how many records. */
  exportParquet(query: ArchiveQuery & { path: string }): Promise<number>;
  close(): void;
}

/**
 * The archive as Parquet files in a folder, listed in the log's database. One object for each thread; only one thread
 * adds, merges, expires and sweeps.
 *
 * A file is on disk before it is listed, and is listed in the same transaction that takes its batches out of the log:
 * a process that is killed leaves at most a file that nobody lists, which `removeOrphans` deletes at the next start.
 */
export const parquetArchive = ({ logPath, folder }: { logPath: string; folder: string }): ParquetArchive => {
  const db = openDatabase(logPath, LOG_SCHEMA);
  const listed = manifest(db);
  const fullPath = (file: { path: string }) => join(folder, file.path);
  /** When it was written, epoch ms: when its records came, to within minutes. 0 = it is gone. */
  const writtenMs = (file: ArchiveFile): number => statSync(fullPath(file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const failingAs = <T>(doing: string, work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw storageError(doing, logPath, error);
    });

  /** A query of all that the archive and the log held of a kind at one moment. The log's part is put into `dir`. */
  const recordsOf = ({ kind, fromMs, toMs }: ArchiveQuery, dir: string): string => {
    const { files, staged } = snapshot(db, () => ({
      files: listed.files().filter((file) => file.kind === kind && touches(file.day, fromMs, toMs)),
      staged: stage(dir, listed.pendingContents(), kind).get(kind),
    }));
    const parts = [fromParquet(kind, files.map(fullPath))];
    if (staged) parts.push(fromJson(kind, staged));
    return within(parts.join(' UNION ALL '), { fromMs, toMs });
  };
  const limited = (query: string, limit: number | undefined) =>
    `${query} ORDER BY timestamp${limit === undefined ? '' : ` LIMIT ${Math.max(0, Math.floor(limit))}`}`;

  return {
    async waiting() {
      return listed.waiting();
    },
    add: ({ maxItems }) =>
      failingAs(
        'write the archive',
        withScratch(folder, async (dir) => {
          const batches: { seq: number; items: number }[] = [];
          const staged = stage(
            dir,
            listed.rolled(maxItems, (batch) => batches.push(batch)),
          );
          const files = await withDuckDb(dir, async (duck) => {
            const written: ArchiveFile[] = [];
            for (const [kind, lines] of staged) written.push(...(await writeDays(duck, dir, kind, lines)));
            return written;
          });
          publish(
            folder,
            dir,
            files.map(({ path }) => path),
          );
          await patiently(() =>
            listed.archive(
              batches.map(({ seq }) => seq),
              files,
            ),
          );
          return batches.reduce((items, batch) => items + batch.items, 0);
        }),
      ),
    async partitions() {
      const found = new Map<string, { kind: ArchiveKind; day: string; files: number[] }>();
      for (const { kind, day, records } of listed.files()) {
        const partition = found.get(`${kind} ${day}`) ?? { kind, day, files: [] };
        partition.files.push(records);
        found.set(`${kind} ${day}`, partition);
      }
      return [...found.values()];
    },
    merge: ({ kind, day, belowRecords, nowMs }) =>
      failingAs(
        'merge files of the archive',
        withScratch(folder, async (dir) => {
          const small = listed
            .files()
            .filter((file) => file.kind === kind && file.day === day && file.records < belowRecords);
          if (small.length < 2) return;
          const path = newFile({ kind, day });
          await withDuckDb(dir, (duck) =>
            duck.run(copyTo(fromParquet(kind, small.map(fullPath)), kind, makeRoomFor(join(dir, path)))),
          );
          // What was merged is no younger for it, or each merge would keep a day longer.
          const writtenS = Math.max(...small.map(writtenMs)) / 1000;
          utimesSync(join(dir, path), writtenS, writtenS);
          publish(folder, dir, [path]);
          const records = small.reduce((sum, file) => sum + file.records, 0);
          await patiently(() => listed.swap(small, [{ path, kind, day, records }], nowMs));
        }),
      ),
    async expire({ day, nowMs }) {
      const old = listed.files().filter((file) => file.day < day && writtenMs(file) < Date.parse(day));
      if (old.length > 0) await patiently(() => listed.swap(old, [], nowMs));
      return new Set(old.map((file) => `${file.kind} ${file.day}`)).size;
    },
    async sweep({ beforeMs }) {
      const paths = listed.retiredBefore(beforeMs);
      if (paths.length === 0) return;
      for (const path of paths) rmSync(join(folder, path), { force: true });
      await patiently(() => listed.forget(paths));
    },
    async *read(query) {
      const dir = makeScratch(folder);
      const { connection, close } = await openDuckDb(dir);
      try {
        const rows = limited(forReading(query.kind, recordsOf(query, dir)), query.limit);
        const result = await connection.stream(rows);
        for await (const chunk of result.yieldRowObjectJs()) {
          for (const row of chunk) yield recordOf(query.kind, row);
        }
      } catch (error) {
        throw storageError('read the archive', logPath, error);
      } finally {
        close();
        rmSync(dir, { recursive: true, force: true });
      }
    },
    exportParquet: (query) =>
      failingAs(
        'export from the archive',
        withScratch(folder, (dir) =>
          withDuckDb(dir, async (duck) => {
            const result = await duck.run(copyTo(limited(recordsOf(query, dir), query.limit), query.kind, query.path));
            return result.rowsChanged;
          }),
        ),
      ),
    close: () => db.close(),
  };
};

/** May a day (UTC) hold times in [fromMs, toMs)? */
const touches = (day: string, fromMs: number, toMs: number): boolean => {
  const startMs = Date.parse(day);
  return startMs < toMs && startMs + 86_400_000 > fromMs;
};
