import type { Notice } from '../../../core/alerts/notice.ts';
import type { NoticeStore } from '../../../core/ports.ts';
import { openDatabase, patiently } from './database.ts';
import { storageError } from './errors.ts';
import { ROLLUPS_SCHEMA } from './schema.ts';

/** Open notices in the rollups' file, an entry as JSON. */
export const sqliteNoticeStore = ({ path }: { path: string }): NoticeStore & { close(): void } => {
  const db = openDatabase(path, ROLLUPS_SCHEMA);
  const all = db.prepare('SELECT entry FROM notices WHERE scan = ?');
  const put = db.prepare('INSERT OR REPLACE INTO notices VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM notices WHERE scan = ? AND id = ?');
  const patientlyAs = <T>(doing: string, work: () => T): Promise<T> =>
    patiently(work).catch((error) => {
      throw storageError(doing, path, error);
    });

  return {
    open: (scan) =>
      patientlyAs('read open notices', () => all.all(scan).map(({ entry }) => JSON.parse(entry as string) as Notice)),
    async add(scan, notice) {
      await patientlyAs('remember a notice', () => put.run(scan, notice.id, JSON.stringify(notice)));
    },
    async remove(scan, id) {
      await patientlyAs('forget a notice', () => remove.run(scan, id));
    },
    close: () => db.close(),
  };
};
