import type { Deployment, DeploymentStore } from '../../../core/ports.ts';
import { openDatabase, patiently, transaction } from './database.ts';
import { storageError } from './errors.ts';
import { ROLLUPS_SCHEMA } from './schema.ts';

/** The registry in the rollups' file, an entry as JSON: it is small, and read and written as a whole. */
export const sqliteDeploymentStore = ({ path }: { path: string }): DeploymentStore & { close(): void } => {
  const db = openDatabase(path, ROLLUPS_SCHEMA);
  const all = db.prepare('SELECT entry FROM deployments ORDER BY deployment');
  const one = db.prepare('SELECT entry FROM deployments WHERE deployment = ?');
  const put = db.prepare('INSERT OR REPLACE INTO deployments VALUES (?, ?)');
  const parse = (row: Record<string, unknown>): Deployment => JSON.parse(row.entry as string);

  return {
    async list() {
      return all.all().map(parse);
    },
    async get(deployment) {
      const row = one.get(deployment);
      return row && parse(row);
    },
    async put(deployment) {
      await patiently(() => put.run(deployment.deployment, JSON.stringify(deployment))).catch((error) => {
        throw storageError('keep a deployment', path, error);
      });
    },
    async update(deployment, change) {
      const work = () => {
        const row = one.get(deployment);
        const after = change(row && parse(row));
        if (after) put.run(deployment, JSON.stringify(after));
      };
      await patiently(() => transaction(db, work)).catch((error) => {
        throw storageError('keep a deployment', path, error);
      });
    },
    close: () => db.close(),
  };
};
