import { needRole } from '../access/roles.ts';
import { boundTo, isBound } from '../access/teams.ts';
import { AppError } from '../errors.ts';
import type { BatchLog, Principal, Receipt } from '../ports.ts';
import { countItems, type Decoded } from '../telemetry/decoded.ts';
import { isAllOf } from '../telemetry/door/teams.ts';

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
 * @throws AppError forbidden without the role, or for what is not of the teams that the caller is bound to; invalidInput when all of it was rejected; keyReused when the id was used
 *   with another body; storageFull, storageFailed from the log
 */
export const ingest =
  ({ log }: { log: Pick<BatchLog, 'append'> }) =>
  async (principal: Principal, { decoded, receivedAt, id, fingerprint, asSent }: IngestRequest): Promise<Receipt> => {
    needRole(principal, 'writer', 'send telemetry');
    const { content, accepted, rejected } = decoded;
    // The door refuses such items one by one, with their path; this holds whatever the door was told.
    if (isBound(principal) && !isAllOf(content, principal.teams))
      throw new AppError(
        'forbidden',
        `${principal.id} may not send this: ${boundTo(principal)}, and some is of no or another team`,
      );
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
