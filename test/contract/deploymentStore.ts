import { describe, expect, it } from 'vitest';
import { AppError } from '../../core/errors.ts';
import type { Deployment, DeploymentStore } from '../../core/ports.ts';

const aDeployment = (deployment: string, team: string): Deployment => ({
  deployment,
  firstSeenMs: 1,
  versions: [{ fromMs: 0, source: 'api', team }],
});

export const deploymentStoreContract = (name: string, make: () => Promise<DeploymentStore>) =>
  describe(`DeploymentStore: ${name}`, () => {
    it('gives back what was put, and undefined for what was not', async () => {
      const store = await make();
      await store.put(aDeployment('a', 'search'));

      expect(await store.get('a')).toEqual(aDeployment('a', 'search'));
      expect(await store.get('b')).toBeUndefined();
    });

    it('replaces the entry of a name', async () => {
      const store = await make();
      await store.put(aDeployment('a', 'search'));
      await store.put({ deployment: 'a', versions: [] });

      expect(await store.list()).toEqual([{ deployment: 'a', versions: [] }]);
    });

    it('lists all by name', async () => {
      const store = await make();
      for (const name of ['c', 'a', 'b']) await store.put(aDeployment(name, 'search'));

      expect((await store.list()).map(({ deployment }) => deployment)).toEqual(['a', 'b', 'c']);
    });

    it('updates an entry by what it is at that moment, and leaves it when there is nothing to change', async () => {
      const store = await make();
      const add = (team: string) => (before: Deployment | undefined) => ({
        deployment: 'a',
        versions: [...(before?.versions ?? []), { fromMs: 0, source: 'api' as const, team }],
      });
      await Promise.all(['x', 'y', 'z'].map((team) => store.update('a', add(team))));
      await store.update('a', () => undefined);
      await store.update('b', () => undefined);

      expect(new Set((await store.get('a'))!.versions.map(({ team }) => team))).toEqual(new Set(['x', 'y', 'z']));
      expect(await store.list()).toHaveLength(1);
    });

    it('changes nothing when the change of an entry fails', async () => {
      const store = await make();
      const failing = store.update('a', () => {
        throw new AppError('tooLarge', 'too many versions');
      });

      await expect(failing).rejects.toMatchObject({ code: 'tooLarge' });
      await store.update('a', () => aDeployment('a', 'search'));
      expect(await store.get('a')).toEqual(aDeployment('a', 'search'));
    });

    it('does not change what it keeps when the caller changes theirs', async () => {
      const store = await make();
      const mine = aDeployment('a', 'search');
      await store.put(mine);

      mine.versions.pop();
      (await store.get('a'))!.versions.pop();

      expect((await store.get('a'))!.versions).toHaveLength(1);
    });
  });
