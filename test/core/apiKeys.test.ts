import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyCrypto } from '../../adapters/http/keyCrypto.ts';
import { memoryApiKeyStore } from '../../adapters/memory/apiKeyStore.ts';
import type { ApiKeyStore } from '../../core/ports.ts';
import {
  authenticateApiKey,
  createApiKey,
  listApiKeys,
  type NewApiKey,
  revokeApiKey,
} from '../../core/usecases/apiKeys.ts';

const wanted: NewApiKey = { name: 'ci', roles: ['writer'], teams: ['search'] };
const world = (keys: ApiKeyStore = memoryApiKeyStore()) => ({
  keys,
  create: (more: Partial<NewApiKey> = {}, nowMs = 0) =>
    createApiKey({ keys, crypto: keyCrypto })({ ...wanted, ...more }, nowMs),
  authenticate: authenticateApiKey({ keys, crypto: keyCrypto }),
  revoke: revokeApiKey({ keys }),
  list: listApiKeys({ keys }),
});

describe('a new API key', () => {
  it('has 256 bits of chance after its id, and only its hash is kept', async () => {
    const { create, keys } = world();
    const { key, kept } = await create();

    expect(key).toMatch(/^mm_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    const stored = await keys.get(kept.id);
    expect(stored).toEqual({ ...kept, hash: createHash('sha256').update(key).digest('hex') });
    expect(JSON.stringify([stored, kept])).not.toContain(key.slice(16));
  });

  it('is another one each time', async () => {
    const { create } = world();
    const made = await Promise.all(Array.from({ length: 100 }, () => create()));

    expect(new Set(made.map(({ key }) => key.slice(16))).size).toBe(100);
  });

  it('says once what was said twice', async () => {
    const { create } = world();
    const { kept } = await create({ roles: ['reader', 'reader'], teams: ['b', 'a', 'b'] });

    expect(kept).toMatchObject({ roles: ['reader'], teams: ['a', 'b'] });
  });

  it.each<[string, Partial<Record<keyof NewApiKey, unknown>>]>([
    ['name', { name: '' }],
    ['roles', { roles: [] }],
    ['roles/0', { roles: ['boss'] }],
    ['teams/0', { teams: [''] }],
    ['teams/0', { teams: ['__other__'] }],
    ['lifetimeMs', { lifetimeMs: 0 }],
  ])('is refused with the path where it cannot be: %s', async (path, more) => {
    const { create, keys } = world();

    const failure = create(more as Partial<NewApiKey>);

    await expect(failure).rejects.toMatchObject({ code: 'invalidInput', problems: [{ path: `/${path}` }] });
    expect(await keys.isEmpty()).toBe(true);
  });

  it('takes another id where one is taken, and gives up where chance is broken', async () => {
    const keys = memoryApiKeyStore();
    const ids = ['aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
    const crypto = {
      ...keyCrypto,
      random: (n: number, as: 'hex' | 'base64url') =>
        as === 'hex' ? (ids.shift() ?? 'aaaaaaaaaaaa') : keyCrypto.random(n, as),
    };
    const create = createApiKey({ keys, crypto });

    expect([(await create(wanted, 0)).kept.id, (await create(wanted, 0)).kept.id]).toEqual([
      'aaaaaaaaaaaa',
      'bbbbbbbbbbbb',
    ]);
    await expect(create(wanted, 0)).rejects.toMatchObject({ code: 'storageFailed' });
  });
});

describe('whoever has an API key', () => {
  it('is known by it with its roles and teams, until the millisecond at which it expires', async () => {
    const { create, authenticate } = world();
    const { key, kept } = await create({ lifetimeMs: 1_000 }, 500);

    expect(await authenticate(key, 1_499)).toEqual({ id: `key-${kept.id}`, roles: ['writer'], teams: ['search'] });
    expect(await authenticate(key, 1_500)).toBeUndefined();
  });

  it('is nobody with any other text, one character off too', async () => {
    const { create, authenticate } = world();
    const { key } = await create();
    const alphabet = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_- ');

    await fc.assert(
      fc.asyncProperty(fc.nat(key.length - 1), alphabet, async (at, other) => {
        const text = key.slice(0, at) + other + key.slice(at + 1);
        expect((await authenticate(text, 0)) !== undefined).toBe(text === key);
      }),
      { numRuns: 300 },
    );
    for (const text of ['', key.slice(0, -1), `${key}A`, ` ${key}`, `${key}\n`])
      expect(await authenticate(text, 0)).toBeUndefined();
  });

  it('is looked up and hashed in the same way whether the id is known or not', async () => {
    const { create, keys } = world();
    const { kept } = await create();
    const hashed: string[] = [];
    const crypto = { ...keyCrypto, sha256: (text: string) => keyCrypto.sha256(hashed[hashed.push(text) - 1]!) };
    const authenticate = authenticateApiKey({ keys, crypto });
    const [known, unknown] = [kept.id, '000000000000'].map((id) => `mm_${id}_${'A'.repeat(43)}`);

    for (const key of [known!, unknown!]) expect(await authenticate(key, 0)).toBeUndefined();

    expect(hashed).toEqual([known, unknown]);
  });

  it('is neither known nor refused where the store fails', async () => {
    const { create, keys } = world();
    const { key } = await create();
    const broken = { ...keys, get: () => Promise.reject(new Error('broken')) };

    await expect(world(broken).authenticate(key, 0)).rejects.toThrow('broken');
  });
});

describe('a key that is revoked', () => {
  it('may be named by its id or by itself, and stays revoked since the first time', async () => {
    const { create, revoke, list } = world();
    const { key, kept } = await create();

    await revoke(key, 5);
    expect(await revoke(`mm_${kept.id}`, 9)).toMatchObject({ id: kept.id, revokedMs: 5 });
    expect((await list(10)).map(({ state }) => state)).toEqual(['revoked']);
  });

  it('is not there under another name, which is not repeated', async () => {
    const { revoke } = world();
    const secret = `mm_0123456789ab_${'S'.repeat(43)}`;

    await expect(revoke(secret, 0)).rejects.toThrow(/^(?!.*SSS).*no key 0123456789ab/);
    await expect(revoke(`${secret}S`, 0)).rejects.toThrow(/^(?!.*SSS).*no key of that name/);
  });
});

describe('any course of things', () => {
  type Step =
    | { do: 'create'; lifetimeMs: number | undefined }
    | { do: 'revoke'; which: number }
    | { do: 'wait'; ms: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      do: fc.constant('create' as const),
      lifetimeMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    }),
    fc.record({ do: fc.constant('revoke' as const), which: fc.nat(9) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  );

  it('lets a key in exactly until it expires or is revoked, and never again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { create, revoke, authenticate } = world();
        const made: { key: string; endsMs: number }[] = [];
        let nowMs = 0;
        for (const each of steps) {
          if (each.do === 'wait') nowMs += each.ms;
          if (each.do === 'create') {
            const { lifetimeMs } = each;
            const { key } = await create(lifetimeMs === undefined ? {} : { lifetimeMs }, nowMs);
            made.push({ key, endsMs: lifetimeMs === undefined ? Number.POSITIVE_INFINITY : nowMs + lifetimeMs });
          }
          const revoked = each.do === 'revoke' ? made[each.which] : undefined;
          if (revoked) {
            await revoke(revoked.key, nowMs);
            revoked.endsMs = Math.min(revoked.endsMs, nowMs);
          }
          for (const { key, endsMs } of made)
            expect((await authenticate(key, nowMs)) !== undefined).toBe(nowMs < endsMs);
        }
      }),
      { numRuns: 100 },
    );
  });
});
