import { describe, expect, it } from 'vitest';
import type { ApiKey, ApiKeyStore } from '../../core/ports.ts';

/** The n-th is younger and has a smaller id than the one before. */
export const anApiKey = (n: number, more: Partial<ApiKey> = {}): ApiKey => ({
  id: (0xffff_ffff_ffff - n).toString(16),
  hash: n.toString(16).padStart(64, '0'),
  name: `key ${n}`,
  roles: ['writer'],
  teams: ['search'],
  createdMs: 1_000 + n,
  ...more,
});

export const apiKeyStoreContract = (name: string, make: () => Promise<ApiKeyStore>) =>
  describe(`ApiKeyStore: ${name}`, () => {
    it('gives back what was added, whole, and undefined for what was not', async () => {
      const store = await make();
      const whole = anApiKey(1, { roles: ['reader', 'admin'], teams: ['Ünï #:/ team', 'b'], expiresMs: 9_999 });
      const bare = anApiKey(2, { teams: [] });
      for (const key of [whole, bare]) expect(await store.add(key)).toBe(true);

      expect(await store.get(whole.id)).toEqual(whole);
      expect(await store.get(bare.id)).toEqual(bare);
      expect(await store.get(anApiKey(3).id)).toBeUndefined();
    });

    it('keeps the first of two keys with one id', async () => {
      const store = await make();
      const second = anApiKey(2, { id: anApiKey(1).id });

      expect([await store.add(anApiKey(1)), await store.add(second)]).toEqual([true, false]);
      expect(await store.list()).toEqual([anApiKey(1)]);
    });

    it('lists all, the oldest first and then by id, more than one read of a database holds too', async () => {
      const store = await make();
      const keys = Array.from({ length: 130 }, (_, n) => anApiKey(n, { createdMs: 5_000 - (n % 3) }));
      for (const key of keys) await store.add(key);

      const listed = await store.list();

      const expected = keys.toSorted((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
      expect(listed).toEqual(expected);
    });

    it('is empty until the first key, and stays in use when that is revoked', async () => {
      const store = await make();
      const before = await store.isEmpty();
      await store.add(anApiKey(1));
      const withOne = await store.isEmpty();
      await store.revoke(anApiKey(1).id, 5);

      expect([before, withOne, await store.isEmpty()]).toEqual([true, false, false]);
      expect(await make().then((fresh) => fresh.list())).toEqual([]);
    });

    it('revokes a key once: a second time changes nothing', async () => {
      const store = await make();
      await store.add(anApiKey(1));
      const revoked = { ...anApiKey(1), revokedMs: 5_000 };

      expect(await store.revoke(anApiKey(1).id, 5_000)).toEqual(revoked);
      expect(await store.revoke(anApiKey(1).id, 6_000)).toEqual(revoked);
      expect([await store.get(anApiKey(1).id), await store.list()]).toEqual([revoked, [revoked]]);
    });

    it('revokes nothing where there is no such key', async () => {
      const store = await make();

      expect(await store.revoke(anApiKey(1).id, 5_000)).toBeUndefined();
      expect([await store.get(anApiKey(1).id), await store.isEmpty()]).toEqual([undefined, true]);
    });

    it('does not change what it keeps when the caller changes theirs', async () => {
      const store = await make();
      const mine = { ...anApiKey(1), teams: ['search'] };
      await store.add(mine);

      mine.teams.push('ads');
      ((await store.get(mine.id))!.teams as string[]).push('ads');

      expect((await store.get(mine.id))!.teams).toEqual(['search']);
    });
  });
