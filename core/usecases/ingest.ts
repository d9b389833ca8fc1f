import { AppError } from '../errors.ts';
import type { BatchLog, Principal, Receipt } from '../ports.ts';
import { countItems, type Decoded } from '../telemetry/decoded.ts';

/** A request past its decoder. */
export interface IngestRequest {
  decoded: Decoded;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** The same for a request and its retries, another for any other request. */
  id: string;
  /** Of the body: tells another request under the same id from a retry. */
  fingerprint: string;
  /** The body, where the events of it were kept as they came: see `BatchLog.append`. */
  asSent?: Uint8Array | undefined;
}

/**
 * Keeps an accepted request; when it resolves, the batch is durable. A retry is told what the first was told, and
 * that it was one, and keeps nothing; a request that holds nothing at all (an empty export) keeps nothing either.
 *
 * @throws AppError forbidden without the role; invalidInput when all of it was rejected; keyReused when the id was used
 *   with another body; storageFull, storageFailed from the log
 */
export const ingest =
  ({ log }: { log: Pick<BatchLog, 'append'> }) =>
  async (principal: Principal, { decoded, receivedAt, id, fingerprint, asSent }: IngestRequest): Promise<Receipt> => {
    if (!principal.roles.some((role) => role === 'writer' || role === 'admin'))
      throw new AppError('forbidden', `${principal.id} may not send telemetry: it needs the role writer`);
    const { content, accepted, rejected } = decoded;
    const receipt = { batchId: id, accepted, rejected: countItems(rejected) };
    if (accepted === 0 && rejected.length > 0)
      throw new AppError('invalidInput', `nothing was accepted: all ${receipt.rejected} items are wrong`, {
        problems: rejected,
      });
    if (accepted === 0) return receipt;

    const outcome = await log.append({ batch: { id, receivedAt, content }, fingerprint, receipt, asSent });
    switch (outcome.kind) {
      case 'appended':
        return receipt;
      case 'duplicate':
        return { ...outcome.receipt, duplicate: true };
      case 'conflict':
        throw new AppError(
          'keyReused',
          'this Idempotency-Key came before with another body: use a new key for each new request',
        );
    }
  };
