import { Worker } from 'node:worker_threads';
import type { BackgroundOptions, FromBackground, ToBackground } from './background.ts';
import type { Log } from './log.ts';

const RESTART_MS = 1_000;
const STOP_MS = 20_000;
/** Left to itself V8 lets a heap grow to several times what is in use before it looks for garbage. */
const HEAP = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 24 };

/**
 * Runs the background thread, and again should it die: what it had not finished is still in the log.
 *
 * @param tell gets what the thread reports
 */
export const backgroundThread = (options: BackgroundOptions, log: Log, tell: (message: FromBackground) => void) => {
  let isStopping = false;
  let isWakeSent = false;
  /** None between its death and the next start. */
  let worker: Worker | undefined = start();

  function start(): Worker {
    const made = new Worker(new URL('./background.ts', import.meta.url), { workerData: options, resourceLimits: HEAP });
    made.on('message', (message: FromBackground) => tell(message));
    made.on('error', (error) => log.error('the background thread failed', { error }));
    made.on('exit', () => {
      worker = undefined;
      if (isStopping) return;
      setTimeout(() => {
        if (!isStopping) worker = start();
      }, RESTART_MS);
    });
    return made;
  }
  const send = (message: ToBackground) => worker?.postMessage(message);

  return {
    /** Says that something was logged; cheap to call for every request. */
    wake() {
      if (isWakeSent) return;
      isWakeSent = true;
      setTimeout(() => {
        isWakeSent = false;
        send({ kind: 'wake' });
      }, 50);
    },
    /** Lets it roll up what waits, then ends it; what takes too long is left to the next start. */
    async stop() {
      isStopping = true;
      const running = worker;
      if (!running) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      send({ kind: 'stop' });
      const timer = setTimeout(() => running.terminate(), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
};
