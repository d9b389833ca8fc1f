import { describe, expect, it } from 'vitest';
import type { NoticeStore } from '../../core/ports.ts';
import { aNotice } from '../core/alerts/world.ts';

/** What every store of notices keeps. Each `make` is an empty one. */
export const noticeStoreContract = (name: string, make: () => Promise<NoticeStore>) =>
  describe(`NoticeStore: ${name}`, () => {
    it('has the notices of a scan until they are removed, and nothing of another scan', async () => {
      const store = await make();
      const [a, b] = [aNotice({ id: 'a' }), aNotice({ id: 'b/c d', owner: undefined })];

      await store.add('fleet', a);
      await store.add('fleet', b);
      await store.add('sources', a);
      await store.remove('fleet', 'a');

      expect(await store.open('fleet')).toEqual([b]);
      expect(await store.open('sources')).toEqual([a]);
      expect(await store.open('another')).toEqual([]);
    });

    it('replaces a notice of the same id, and forgets twice as well as once', async () => {
      const store = await make();

      await store.add('fleet', aNotice());
      await store.add('fleet', aNotice({ sinceMs: 5 }));
      expect(await store.open('fleet')).toEqual([aNotice({ sinceMs: 5 })]);

      for (let i = 0; i < 2; i++) await store.remove('fleet', aNotice().id);
      expect(await store.open('fleet')).toEqual([]);
    });

    it('holds many', async () => {
      const store = await make();
      const many = Array.from({ length: 150 }, (_, i) => aNotice({ id: `gpu-idle-held/i-${i}/0` }));

      await Promise.all(many.map((notice) => store.add('fleet', notice)));

      expect((await store.open('fleet')).map(({ id }) => id).sort()).toEqual(many.map(({ id }) => id).sort());
    });
  });
