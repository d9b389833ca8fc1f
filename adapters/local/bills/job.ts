import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { billedBy, type Config } from '../../../core/config.ts';
import type { BillFormat } from '../../../core/cost/bill/line.ts';
import type { BillMode } from '../../../core/cost/bill/replace.ts';
import type { BillReport } from '../../../core/cost/bill/report.ts';
import { ledger } from '../../../core/cost/ledger/ledger.ts';
import { AppError, type ErrorCode } from '../../../core/errors.ts';
import { billToLedger } from '../../../core/usecases/billToLedger.ts';
import { importBill } from '../../../core/usecases/importBill.ts';
import { zstd } from '../../zstd.ts';
import { sqliteDocumentStore } from '../sqlite/documentStore.ts';
import { openBill } from './openBill.ts';
import { fileScratch } from './scratch.ts';

/** What an import is to do. Everything in it can be handed to a thread. */
export interface BillJob {
  /** The database of documents. */
  documents: string;
  /** A folder for what does not fit into memory. */
  scratchDir: string;
  files: readonly { path: string; name: string }[];
  format: BillFormat;
  mode: BillMode;
  nowMs: number;
  config: Pick<Config, 'costs' | 'deployments'>;
}

/** From the thread. */
export type FromBillThread =
  | { kind: 'progress'; rows: number; done: number }
  | { kind: 'done'; report: BillReport }
  | { kind: 'failed'; code: ErrorCode; message: string };

const PROGRESS_MS = 200;

/** Imports files into the store of documents, and makes the billed ledger of the months that changed. */
export const runBillJob = async (
  job: BillJob,
  onProgress: (progress: { rows: number; done: number }) => void,
): Promise<BillReport> => {
  const documents = sqliteDocumentStore({ path: job.documents });
  const scratch = fileScratch(job.scratchDir);
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const ports = { documents, digest, compression: zstd() };
  let toldMs = 0;
  try {
    const report = await importBill({ ...ports, scratch })({
      ...job,
      files: job.files.map(
        ({ path, name }) =>
          () =>
            openBill(path, name),
      ),
      onProgress: (progress) => {
        const nowMs = performance.now();
        if (nowMs - toldMs < PROGRESS_MS && progress.done < 1) return;
        toldMs = nowMs;
        onProgress(progress);
      },
    });
    const months = [...new Set(report.bills.flatMap(({ changedMonths }) => changedMonths))];
    await billToLedger({ ...ports, ledger: ledger(ports) }, billedBy(job.config))(months);
    return report;
  } finally {
    scratch.close();
    documents.close();
  }
};

const post = (message: FromBillThread) => parentPort!.postMessage(message);

/** As the thread of billThread.ts. */
if (parentPort && (workerData as { kind?: string } | null)?.kind === 'bill') {
  const { job } = workerData as { job: BillJob };
  try {
    post({ kind: 'done', report: await runBillJob(job, (progress) => post({ kind: 'progress', ...progress })) });
  } catch (error) {
    const isKnown = error instanceof AppError;
    const message = error instanceof Error ? (isKnown ? error.message : (error.stack ?? error.message)) : String(error);
    post({ kind: 'failed', code: isKnown ? error.code : 'storageFailed', message });
  }
}
