import type { Notice, Scan } from '../alerts/notice.ts';
import type { NoticeStore, Notifier } from '../ports.ts';

export interface Noticed {
  /** Names the scan: its notices are its own. */
  scan: Scan;
  /** All that holds now. */
  firing: readonly Notice[];
  /** Can it be said of this open notice that it is over? Not when there is no data to say it by. */
  isDecided: (open: Notice) => boolean;
  nowMs: number;
}

/**
 * Tells what began since the last time, and what ended; nothing of what goes on. Telling comes before remembering, so that
 * a crash in between tells twice rather than never.
 *
 * @returns how many began and ended
 */
export const notify =
  ({ notifier, notices }: { notifier: Notifier; notices: NoticeStore }) =>
  async ({ scan, firing, isDecided, nowMs }: Noticed): Promise<{ began: number; ended: number }> => {
    const open = new Map((await notices.open(scan)).map((notice) => [notice.id, notice]));
    const holds = new Set(firing.map(({ id }) => id));
    const began = firing.filter(({ id }) => !open.has(id));
    const ended = [...open.values()].filter((notice) => !holds.has(notice.id) && isDecided(notice));
    for (const notice of began) {
      await notifier.tell(notice);
      await notices.add(scan, notice);
    }
    for (const notice of ended) {
      await notifier.tell({ ...notice, state: 'resolved', text: `It lasted ${lastedOf(nowMs - notice.sinceMs)}.` });
      await notices.remove(scan, notice.id);
    }
    return { began: began.length, ended: ended.length };
  };

const lastedOf = (ms: number): string => {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
};
