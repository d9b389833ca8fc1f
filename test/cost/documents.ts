import type { DocumentStore, StoredDocument } from '../../core/ports.ts';

/** Documents for as long as a test runs. */
export const testDocuments = (): DocumentStore => {
  const kept = new Map<string, StoredDocument>();
  let writes = 0;
  return {
    get: async (keys) => keys.map((key) => kept.get(key)),
    async put(key, bytes, ifVersion) {
      if (kept.get(key)?.version !== ifVersion) return false;
      kept.set(key, { bytes, version: `v${++writes}` });
      return true;
    },
    async remove(key) {
      kept.delete(key);
    },
    list: async (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
};
