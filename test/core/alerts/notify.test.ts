import { describe, expect, it } from 'vitest';
import { memoryNoticeStore } from '../../../adapters/memory/noticeStore.ts';
import type { Notice } from '../../../core/alerts/notice.ts';
import { notify } from '../../../core/usecases/notify.ts';
import { aNotice } from './world.ts';

const HOUR = 3_600_000;
const always = () => true;

const people = () => {
  const told: Notice[] = [];
  const notifier = {
    async tell(notice: Notice) {
      told.push(notice);
    },
  };
  return { told, notifier, notices: memoryNoticeStore() };
};

describe('telling of notices', () => {
  it('tells once of what goes on, and once of its end with how long it lasted', async () => {
    const { told, ...ports } = people();
    const notice = aNotice();
    const look = (firing: Notice[], hours: number) =>
      notify(ports)({ scan: 'fleet', firing, isDecided: always, nowMs: notice.sinceMs + hours * HOUR });

    await look([notice], 1);
    await look([notice], 2);
    await look([], 3);
    await look([], 4);

    expect(told.map(({ state, text }) => [state, text])).toEqual([
      ['firing', notice.text],
      ['resolved', 'It lasted 3 h.'],
    ]);
  });

  it('does not say that something is over when nothing is known of it', async () => {
    const { told, ...ports } = people();
    const notice = aNotice();

    await notify(ports)({ scan: 'fleet', firing: [notice], isDecided: always, nowMs: 0 });
    const answer = await notify(ports)({ scan: 'fleet', firing: [], isDecided: () => false, nowMs: 0 });

    expect(answer).toEqual({ began: 0, ended: 0 });
    expect(told).toHaveLength(1);
    expect(await ports.notices.open('fleet')).toEqual([notice]);
  });

  it('tells again when it could not be remembered, rather than never', async () => {
    const { told, notifier, notices } = people();
    const broken = { ...notices, add: () => Promise.reject(new Error('no store')) };
    const input = { scan: 'fleet' as const, firing: [aNotice()], isDecided: always, nowMs: 0 };

    await expect(notify({ notifier, notices: broken })(input)).rejects.toThrow('no store');
    await notify({ notifier, notices })(input);

    expect(told).toHaveLength(2);
  });

  it('keeps scans apart', async () => {
    const { told, ...ports } = people();

    await notify(ports)({ scan: 'fleet', firing: [aNotice()], isDecided: always, nowMs: 0 });
    await notify(ports)({ scan: 'sources', firing: [], isDecided: always, nowMs: 0 });

    expect(told).toHaveLength(1);
  });
});
