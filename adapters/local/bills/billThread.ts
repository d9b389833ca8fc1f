import { Worker } from 'node:worker_threads';
import type { BillReport } from '../../../core/cost/bill/report.ts';
import { AppError } from '../../../core/errors.ts';
import type { BillJob, FromBillThread } from './job.ts';

/** An import reads far more than it holds: a heap that is left to itself would grow to several times what is in use. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 48 };

/**
 * Runs an import on a thread of its own, so that it holds up neither requests nor rolling up. One at a time: another that is
 * asked for meanwhile is told to come back.
 */
export const billThread = () => {
  let isRunning = false;
  return async (job: BillJob, onProgress: (progress: { rows: number; done: number }) => void): Promise<BillReport> => {
    if (isRunning)
      throw new AppError('overloaded', 'another bill is being imported: try again when it is done', { retryAfterS: 5 });
    isRunning = true;
    const worker = new Worker(new URL('./job.ts', import.meta.url), {
      workerData: { kind: 'bill', job },
      resourceLimits: HEAP,
    });
    try {
      return await new Promise<BillReport>((resolve, reject) => {
        worker.on('message', (message: FromBillThread) => {
          if (message.kind === 'progress') onProgress(message);
          else if (message.kind === 'done') resolve(message.report);
          else reject(new AppError(message.code, message.message));
        });
        worker.on('error', reject);
        worker.on('exit', () => reject(new AppError('storageFailed', 'the import ended before it was done')));
      });
    } finally {
      await worker.terminate();
      isRunning = false;
    }
  };
};
