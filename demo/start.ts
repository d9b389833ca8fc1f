import { Worker } from 'node:worker_threads';
import type { DemoNews, DemoOptions } from './demo.ts';

/**
 * Starts the simulated fleet on a thread of its own, so that making up three weeks of events does not hold up the server
 * that takes them in.
 *
 * @returns `ended` resolves when it was stopped and rejects when it failed; `stop` stops it and waits for that.
 */
export const startDemo = (
  options: DemoOptions,
  tell: (news: DemoNews) => void = () => {},
): { ended: Promise<void>; stop: () => Promise<void> } => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options });
  worker.on('message', tell);
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  return {
    ended,
    stop: async () => {
      worker.postMessage('stop');
      await ended.catch(() => {}); // a failure was told by `ended` itself
    },
  };
};
