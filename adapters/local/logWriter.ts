import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import type { BatchLog } from '../../core/ports.ts';
import type { Log } from './log.ts';
import { type LogAnswer, type LogRecord, recordOf } from './sqlite/batchLog.ts';

/** To the thread: keep this, or stop once all is kept. */
export type ToLogWriter = { n: number; record: LogRecord } | { stop: true };
/** From the thread, for each record in any order. */
export type FromLogWriter = { n: number; answer: LogAnswer } | { n: number; failure: AppendFailure };
export interface AppendFailure {
  code: ErrorCode;
  message: string;
  retryAfterS: number | undefined;
  /** Where it came from, for the log. */
  cause: string;
}

const RESTART_MS = 1_000;

/** The appending side of the batch log on a thread of its own: packing and the disk's syncs hold up no request. */
export interface LogWriter extends Pick<BatchLog, 'append'> {
  /** Ends the thread there and then, as a crash of it would. It is started again. */
  kill(): Promise<unknown>;
  /** Ends the thread when all that was appended is on disk and answered. Nothing is appended from now on. */
  stop(): Promise<void>;
}

/**
 * Starts the thread, and again should it die: what it had not answered then fails with `storageFailed`, kept or not, and
 * the sender's retry is told which.
 */
export const logWriter = (path: string, log: Log): LogWriter => {
  const waiting = new Map<number, { resolve: (answer: LogAnswer) => void; reject: (error: AppError) => void }>();
  let count = 0;
  let isStopping = false;
  let worker: Worker | undefined = start();

  function start(): Worker {
    const made = new Worker(new URL('./logWriterThread.ts', import.meta.url), { workerData: path });
    made.on('message', (message: FromLogWriter) => {
      const { resolve, reject } = waiting.get(message.n)!;
      waiting.delete(message.n);
      if ('answer' in message) resolve(message.answer);
      else reject(errorOf(message.failure));
    });
    made.on('error', (error) => log.error('the thread that writes the log failed', { error }));
    made.on('exit', () => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(notWriting());
      waiting.clear();
      if (!isStopping) setTimeout(restart, RESTART_MS).unref();
    });
    return made;
  }
  const restart = () => {
    if (!isStopping) worker = start();
  };
  const send = (to: Worker, message: ToLogWriter, transfer: ArrayBuffer[] = []) => to.postMessage(message, transfer);

  return {
    async append(entry) {
      if (worker === undefined || isStopping) throw notWriting();
      const to = worker;
      const { json, ...rest } = recordOf(entry);
      // A copy: the caller's may be part of a larger buffer, and stays the caller's.
      const own = new Uint8Array(json);
      const n = count++;
      return new Promise((resolve, reject) => {
        waiting.set(n, { resolve, reject });
        send(to, { n, record: { ...rest, json: own } }, [own.buffer]);
      });
    },
    kill: async () => worker?.terminate(),
    async stop() {
      isStopping = true;
      if (worker === undefined) return;
      const ended = new Promise<void>((resolve) => worker!.once('exit', () => resolve()));
      send(worker, { stop: true });
      await ended;
    },
  };
};

const notWriting = () =>
  new AppError('storageFailed', 'the log is not being written at the moment: send again in a few seconds', {
    retryAfterS: 2,
  });

const errorOf = ({ code, message, retryAfterS, cause }: AppendFailure) =>
  new AppError(code, message, { cause, ...(retryAfterS !== undefined && { retryAfterS }) });
