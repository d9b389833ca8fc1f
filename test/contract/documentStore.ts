import { describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../core/ports.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What every store of documents keeps. Each `make` is an empty one. */
export const documentStoreContract = (name: string, make: () => Promise<DocumentStore>) =>
  describe(`DocumentStore: ${name}`, () => {
    const read = async (store: DocumentStore, key: string) => {
      const [found] = await store.get([key]);
      return found && { text: new TextDecoder().decode(found.bytes), version: found.version };
    };

    it('gives back what was put, in the order of the keys asked for, and undefined for what was not', async () => {
      const store = await make();
      await store.put('budgets/a', bytes('A'), undefined);
      await store.put('budgets/b', Uint8Array.of(0, 255, 128), undefined);

      const found = await store.get(['budgets/b', 'budgets/none', 'budgets/a', 'budgets/b']);

      expect(found.map((each) => each && [...each.bytes])).toEqual([[0, 255, 128], undefined, [65], [0, 255, 128]]);
      expect(await store.get([])).toEqual([]);
    });

    it('makes a document once, and writes it again only for who knows its version', async () => {
      const store = await make();
      expect(await store.put('k', bytes('1'), undefined)).toBe(true);
      expect(await store.put('k', bytes('2'), undefined)).toBe(false);
      const first = (await read(store, 'k'))!;

      expect(await store.put('k', bytes('3'), first.version)).toBe(true);
      expect(await store.put('k', bytes('4'), first.version)).toBe(false);

      const second = (await read(store, 'k'))!;
      expect(second.text).toBe('3');
      expect(second.version).not.toBe(first.version);
    });

    it('gives the same bytes, written again, another version', async () => {
      const store = await make();
      await store.put('k', bytes('same'), undefined);
      const { version } = (await read(store, 'k'))!;

      await store.put('k', bytes('same'), version);

      expect((await read(store, 'k'))!.version).not.toBe(version);
    });

    it('lets one of many win who write at the same moment', async () => {
      const store = await make();
      const race = (version: string | undefined) =>
        Promise.all(Array.from({ length: 8 }, (_, i) => store.put('k', bytes(String(i)), version)));

      expect((await race(undefined)).filter(Boolean)).toHaveLength(1);
      expect((await race((await read(store, 'k'))!.version)).filter(Boolean)).toHaveLength(1);
    });

    it('forgets what is removed, twice as well as once, and knows its version no more, even when it is made again', async () => {
      const store = await make();
      await store.put('k', bytes('1'), undefined);
      const { version } = (await read(store, 'k'))!;

      for (let i = 0; i < 2; i++) await store.remove('k');

      expect(await read(store, 'k')).toBeUndefined();
      expect(await store.put('k', bytes('2'), version)).toBe(false);
      expect(await store.put('k', bytes('1'), undefined)).toBe(true);
      expect(await store.put('k', bytes('3'), version)).toBe(false);
    });

    it('lists the keys that begin with a prefix, sorted', async () => {
      const store = await make();
      for (const key of ['ledger/2026-02', 'ledger/2026-01', 'ledgers', 'Ledger/a', 'ledger/a=b._-', 'other'])
        await store.put(key, bytes(key), undefined);

      expect(await store.list('ledger/')).toEqual(['ledger/2026-01', 'ledger/2026-02', 'ledger/a=b._-']);
      expect(await store.list('')).toHaveLength(6);
      expect(await store.list('none')).toEqual([]);
    });

    it('holds many, and a large one', async () => {
      const store = await make();
      const keys = Array.from({ length: 250 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      for (const key of keys) await store.put(key, bytes(key), undefined);
      const large = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 251);
      await store.put('large', large, undefined);

      expect(await store.list('many/')).toEqual(keys);
      const found = await store.get(keys);
      expect(found.map((each) => new TextDecoder().decode(each!.bytes))).toEqual(keys);
      expect(Buffer.compare((await store.get(['large']))[0]!.bytes, large)).toBe(0);
    });

    it('does not change what it keeps when the caller changes theirs', async () => {
      const store = await make();
      const mine = bytes('mine');
      await store.put('k', mine, undefined);

      mine.fill(0);
      (await store.get(['k']))[0]!.bytes.fill(0);

      expect((await read(store, 'k'))!.text).toBe('mine');
    });
  });
