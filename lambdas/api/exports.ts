import type { ExportDependencies } from '../../adapters/http/exportRoutes.ts';

/** Exports are rare and take much code: it is loaded when the first is asked for, so that no cold start waits for it. */
export const whenAsked = (load: () => Promise<ExportDependencies>): ExportDependencies => {
  let loaded: Promise<ExportDependencies> | undefined;
  const exports = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    async *readEvents(query) {
      yield* (await exports()).readEvents(query);
    },
    exportParquet: async (query) => (await exports()).exportParquet(query),
    async *readRollups(query) {
      yield* (await exports()).readRollups(query);
    },
    exportRollupsParquet: async (query) => (await exports()).exportRollupsParquet(query),
    scratchDir: '/tmp/exports',
  };
};
