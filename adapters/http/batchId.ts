import { hash, randomUUID } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { Principal } from '../../core/ports.ts';

const MAX_KEY_CHARS = 255;

/** The request's Idempotency-Key; undefined when there is none. Throws AppError invalidInput when it is empty or too long. */
export const idempotencyKey = (request: Request): string | undefined => {
  const key = request.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (key.length === 0 || key.length > MAX_KEY_CHARS)
    throw new AppError('invalidInput', `an Idempotency-Key has 1 to ${MAX_KEY_CHARS} characters, got ${key.length}`);
  return key;
};

/** SHA-256 of a body, hexadecimal. */
export const fingerprintOf = (body: Uint8Array): string => hash('sha256', body);

/**
 * The id of a request's batch: what it is a retry of, or nothing else. docs/decisions/0001-what-counts-as-a-retry.md
 *
 * @param of.isRepeatable the same body again is a retry, not another event that happens to look the same
 */
export const batchId = (of: {
  principal: Principal;
  path: string;
  key: string | undefined;
  fingerprint: string;
  isRepeatable: boolean;
}): string => {
  const { principal, path, key, fingerprint, isRepeatable } = of;
  if (key !== undefined) return hash('sha256', JSON.stringify(['key', principal.id, key]));
  if (isRepeatable) return hash('sha256', JSON.stringify(['body', principal.id, path, fingerprint]));
  return randomUUID();
};
