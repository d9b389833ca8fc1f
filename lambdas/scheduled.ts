import { OWN } from '../core/metrics/cloudWatch.ts';
import { log } from './log.ts';
import { emit } from './metrics.ts';
import { shell } from './shell.ts';

/** What scheduled work is told of its run. */
export interface Run {
  /** When it began, epoch milliseconds. */
  nowMs: number;
  /** Milliseconds until Lambda ends it. */
  remainingMs: () => number;
}

/**
 * A function that EventBridge Scheduler starts. What it answers is logged. When it fails, that is counted, and thrown:
 * the scheduler tries again, then parks it.
 */
export const scheduled = (work: (run: Run) => Promise<Record<string, unknown>>) =>
  shell<unknown, void>(async (_event, context) => {
    try {
      const done = await work({ nowMs: Date.now(), remainingMs: () => context.getRemainingTimeInMillis() });
      log.info('done', done);
    } catch (error) {
      emit(OWN.scanFailures, 1);
      throw error;
    }
  });
