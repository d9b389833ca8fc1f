import * as z from 'zod';
import { ROLES } from '../access/roles.ts';
import { TeamName } from '../access/teams.ts';
import { AppError } from '../errors.ts';
import type { ApiKey, ApiKeyStore, Principal } from '../ports.ts';
import { schemaFaults } from '../telemetry/door/fault.ts';
import { name } from '../telemetry/events.ts';

/** Chance and hashing, as the platform has them. */
export interface KeyCrypto {
  /** So many bytes that nobody can foretell, as text. */
  random(bytes: number, encoding: 'hex' | 'base64url'): string;
  /** SHA-256 of a text, hexadecimal. */
  sha256(text: string): string;
}

interface Ports {
  keys: ApiKeyStore;
  crypto: KeyCrypto;
}

/** What a new key is to be. */
export const NewApiKey = z.strictObject({
  name,
  roles: z.array(z.enum(ROLES)).min(1),
  teams: z.array(TeamName).max(50).describe('[] = all teams'),
  lifetimeMs: z.int().positive().optional().describe('absent = it never expires'),
});
export type NewApiKey = z.input<typeof NewApiKey>;

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const FORM = /^mm_([0-9a-f]{12})_[\w-]{43}$/;
/** An id is taken once in 2^48: trying this often fails only where chance is broken. */
const TRIES = 3;

/** The id of a key by its form; undefined where this is no API key of ours. */
export const keyIdOf = (text: string): string | undefined => FORM.exec(text)?.[1];

/** What is shown of a key: all but its hash. */
export type ApiKeyFacts = Omit<ApiKey, 'hash'>;

/**
 * Makes a key. It is in the answer and nowhere else: what is kept is its hash.
 *
 * A plain SHA-256 and no slow hash, since the secret is 256 bits of chance and not a password: there is nothing to guess
 * from a stolen hash, and each request would pay for the slowness.
 *
 * @throws AppError invalidInput with the paths of wrong fields; storageFull, storageFailed from the store
 */
export const createApiKey =
  ({ keys, crypto }: Ports) =>
  async (input: NewApiKey, nowMs: number): Promise<{ key: string; kept: ApiKeyFacts }> => {
    const wanted = NewApiKey.safeParse(input);
    if (!wanted.success) {
      const problems = schemaFaults(wanted.error, input, Object.keys(NewApiKey.shape));
      const said = problems.map(({ path, message }) => `${path.slice(1)}: ${message}`).join('; ');
      throw new AppError('invalidInput', `this cannot be a key: ${said}`, { problems });
    }
    const { lifetimeMs, roles, teams, name } = wanted.data;
    for (let i = 0; i < TRIES; i++) {
      const id = crypto.random(ID_BYTES, 'hex');
      const key = `mm_${id}_${crypto.random(SECRET_BYTES, 'base64url')}`;
      const kept: ApiKeyFacts = {
        id,
        name,
        roles: [...new Set(roles)],
        teams: [...new Set(teams)].sort(),
        createdMs: nowMs,
        ...(lifetimeMs !== undefined && { expiresMs: nowMs + lifetimeMs }),
      };
      if (await keys.add({ ...kept, hash: crypto.sha256(key) })) return { key, kept };
    }
    throw new AppError('storageFailed', `no free id for a key in ${TRIES} tries`);
  };

/** What can be said of a key at a time. Revoked goes before expired: somebody decided it. */
export const keyState = (
  { expiresMs, revokedMs }: Pick<ApiKey, 'expiresMs' | 'revokedMs'>,
  nowMs: number,
): 'active' | 'expired' | 'revoked' => {
  if (revokedMs !== undefined) return 'revoked';
  return expiresMs !== undefined && nowMs >= expiresMs ? 'expired' : 'active';
};

/** All keys, oldest first, with their state at `nowMs`. */
export const listApiKeys =
  ({ keys }: Pick<Ports, 'keys'>) =>
  async (nowMs: number) =>
    (await keys.list()).map(({ hash: _, ...facts }) => ({ ...facts, state: keyState(facts, nowMs) }));

/**
 * Revokes a key, for good and from now on; one that was revoked before stays as it is. Answers the key as it is then.
 *
 * @param named the key's id, or the key itself
 * @throws AppError notFound when there is no such key
 */
export const revokeApiKey =
  ({ keys }: Pick<Ports, 'keys'>) =>
  async (named: string, nowMs: number): Promise<ApiKeyFacts> => {
    const id = keyIdOf(named) ?? /^(?:mm_)?([0-9a-f]{12})$/.exec(named)?.[1];
    const revoked = id === undefined ? undefined : await keys.revoke(id, nowMs);
    // What was named is not repeated: it may be most of a secret.
    if (!revoked)
      throw new AppError(
        'notFound',
        `there is no key ${id ?? 'of that name'}: name it by its id, 12 hexadecimal digits`,
      );
    const { hash: _, ...facts } = revoked;
    return facts;
  };

/**
 * Who has this key: undefined for a text that is no key of ours, a key that is not known, expired or revoked.
 *
 * @throws AppError storageFailed when the store cannot be asked: that is not to be taken for a no, nor for a yes
 */
export const authenticateApiKey =
  ({ keys, crypto }: Ports) =>
  async (key: string, nowMs: number): Promise<Principal | undefined> => {
    const id = keyIdOf(key);
    if (id === undefined) return undefined;
    const kept = await keys.get(id);
    const isRight = isSame(kept?.hash ?? NO_HASH, crypto.sha256(key));
    if (!kept || !isRight || keyState(kept, nowMs) !== 'active') return undefined;
    return { id: `key-${id}`, roles: kept.roles, teams: kept.teams };
  };

const NO_HASH = '0'.repeat(64);

/** Looks at every character, wherever they differ: the time it takes says nothing about how much was right. */
const isSame = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
};
