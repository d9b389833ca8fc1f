import { headlineOf, timeOf } from '../../core/alerts/chatMessage.ts';
import type { Notice } from '../../core/alerts/notice.ts';
import type { Notifier } from '../../core/ports.ts';
import type { Log } from './log.ts';

/** Tells whoever reads the server's log: a line for each notice, at the level of its severity. */
export const logNotifier = (log: Log): Notifier => ({
  async tell(notice) {
    const { id, state, severity, sinceMs, owner, action, runbook } = notice;
    log[levelOf(notice)](headlineOf(notice), {
      notice: id,
      state,
      severity,
      since: timeOf(sinceMs),
      ...(owner !== undefined && { owner }),
      ...(state === 'firing' && { action }),
      runbook,
    });
  },
});

const LEVELS = { critical: 'error', warning: 'warn', info: 'info' } as const satisfies Record<
  Notice['severity'],
  keyof Log
>;

const levelOf = ({ state, severity }: Notice): keyof Log => (state === 'resolved' ? 'info' : LEVELS[severity]);
