import type { Notice } from '../../core/alerts/notice.ts';
import type { NoticeStore } from '../../core/ports.ts';

/** The reference: gone with its process. */
export const memoryNoticeStore = (): NoticeStore => {
  const scans = new Map<string, Map<string, Notice>>();
  return {
    open: async (scan) => [...(scans.get(scan)?.values() ?? [])],
    async add(scan, notice) {
      scans.set(scan, new Map(scans.get(scan)).set(notice.id, notice));
    },
    async remove(scan, id) {
      scans.get(scan)?.delete(id);
    },
  };
};
