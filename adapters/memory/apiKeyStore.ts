import type { ApiKey, ApiKeyStore } from '../../core/ports.ts';

/** The reference store of API keys. */
export const memoryApiKeyStore = (): ApiKeyStore => {
  const keys = new Map<string, ApiKey>();

  return {
    async add(key) {
      if (keys.has(key.id)) return false;
      keys.set(key.id, structuredClone(key));
      return true;
    },
    async get(id) {
      return structuredClone(keys.get(id));
    },
    async list() {
      const all = [...keys.values()].sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
      return structuredClone(all);
    },
    async isEmpty() {
      return keys.size === 0;
    },
    async revoke(id, atMs) {
      const key = keys.get(id);
      if (key && key.revokedMs === undefined) keys.set(id, { ...key, revokedMs: atMs });
      return structuredClone(keys.get(id));
    },
  };
};
