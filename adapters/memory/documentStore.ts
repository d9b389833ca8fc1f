import type { DocumentStore, StoredDocument } from '../../core/ports.ts';

/** The reference: gone with its process. */
export const memoryDocumentStore = (): DocumentStore => {
  const documents = new Map<string, StoredDocument>();
  let writes = 0;

  return {
    async get(keys) {
      return keys.map((key) => {
        const found = documents.get(key);
        return found && { ...found, bytes: found.bytes.slice() };
      });
    },
    async put(key, bytes, ifVersion) {
      if (documents.get(key)?.version !== ifVersion) return false;
      documents.set(key, { bytes: Uint8Array.from(bytes), version: String(++writes) });
      return true;
    },
    async remove(key) {
      documents.delete(key);
    },
    async list(prefix) {
      return [...documents.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
};
