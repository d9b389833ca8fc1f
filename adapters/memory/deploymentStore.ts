import type { Deployment, DeploymentStore } from '../../core/ports.ts';

/** The reference registry. */
export const memoryDeploymentStore = (): DeploymentStore => {
  const entries = new Map<string, Deployment>();

  return {
    async list() {
      const names = [...entries.keys()].sort();
      return names.map((name) => structuredClone(entries.get(name)!));
    },
    async get(deployment) {
      return structuredClone(entries.get(deployment));
    },
    async put(deployment) {
      entries.set(deployment.deployment, structuredClone(deployment));
    },
    async update(deployment, change) {
      const after = change(structuredClone(entries.get(deployment)));
      if (after) entries.set(deployment, structuredClone(after));
    },
  };
};
