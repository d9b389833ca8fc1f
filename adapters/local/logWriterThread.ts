import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../core/errors.ts';
import type { AppendFailure, FromLogWriter, ToLogWriter } from './logWriter.ts';
import { sqliteBatchLog } from './sqlite/batchLog.ts';

/** The thread of logWriter.ts: keeps what it is sent; all that arrived while it wrote shares the next sync of the disk. */
const log = sqliteBatchLog({ path: workerData as string });
const open = new Set<Promise<void>>();
const post = (message: FromLogWriter) => parentPort!.postMessage(message);

parentPort!.on('message', async (message: ToLogWriter) => {
  if ('stop' in message) {
    await Promise.all(open);
    log.close();
    parentPort!.close();
    return;
  }
  const { n, record } = message;
  const kept = log.keep(record).then(
    (answer) => post({ n, answer }),
    (error) => post({ n, failure: failureOf(error) }),
  );
  open.add(kept);
  await kept;
  open.delete(kept);
});

const failureOf = (error: unknown): AppendFailure => {
  const { code, message, retryAfterS, cause } =
    error instanceof AppError ? error : new AppError('storageFailed', (error as Error).message, { cause: error });
  return { code, message, retryAfterS, cause: String((cause as Error | undefined)?.stack ?? cause) };
};
