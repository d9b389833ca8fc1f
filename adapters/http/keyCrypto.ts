import { hash, randomBytes } from 'node:crypto';
import type { KeyCrypto } from '../../core/usecases/apiKeys.ts';

/** Chance and hashing of this machine. */
export const keyCrypto: KeyCrypto = {
  random: (bytes, encoding) => randomBytes(bytes).toString(encoding),
  sha256: (text) => hash('sha256', text),
};
