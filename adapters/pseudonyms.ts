import { createHmac } from 'node:crypto';

/** Turns a client's id into a pseudonym: the same one for the same client and salt, and no way back without the salt. */
export const pseudonyms =
  (salt: string) =>
  (id: string): string =>
    // 96 bits: a collision is expected among some 10^14 clients.
    `client-${createHmac('sha256', salt).update(id).digest('base64url').slice(0, 16)}`;
