import { zstd } from '../zstd.ts';
import { type ParquetArchive, parquetArchive } from './archive/parquetArchive.ts';
import { pathsIn } from './dataFolder.ts';
import { sqliteApiKeyStore } from './sqlite/apiKeyStore.ts';
import { type SqliteBatchLog, sqliteBatchLog } from './sqlite/batchLog.ts';
import { sqliteDeploymentStore } from './sqlite/deploymentStore.ts';
import { sqliteDocumentStore } from './sqlite/documentStore.ts';
import { sqliteNoticeStore } from './sqlite/noticeStore.ts';
import { type SqliteRollupStore, sqliteRollupStore } from './sqlite/rollupStore.ts';

export interface LocalPorts {
  batchLog: SqliteBatchLog;
  rollupStore: SqliteRollupStore;
  deploymentStore: ReturnType<typeof sqliteDeploymentStore>;
  apiKeyStore: ReturnType<typeof sqliteApiKeyStore>;
  documentStore: ReturnType<typeof sqliteDocumentStore>;
  noticeStore: ReturnType<typeof sqliteNoticeStore>;
  archive: ParquetArchive;
  compression: ReturnType<typeof zstd>;
  close(): void;
}

/** All ports over one data folder, for one thread. The process has taken the folder by `openDataFolder` before. */
export const localPorts = (dir: string): LocalPorts => {
  const paths = pathsIn(dir);
  const batchLog = sqliteBatchLog({ path: paths.log });
  const rollupStore = sqliteRollupStore({ path: paths.rollups });
  const deploymentStore = sqliteDeploymentStore({ path: paths.rollups });
  const apiKeyStore = sqliteApiKeyStore({ path: paths.rollups });
  const documentStore = sqliteDocumentStore({ path: paths.rollups });
  const noticeStore = sqliteNoticeStore({ path: paths.rollups });
  const archive = parquetArchive({ logPath: paths.log, folder: paths.archive });

  return {
    batchLog,
    rollupStore,
    deploymentStore,
    apiKeyStore,
    documentStore,
    noticeStore,
    archive,
    compression: zstd(),
    close() {
      const stores = [archive, noticeStore, documentStore, apiKeyStore, deploymentStore, rollupStore, batchLog];
      for (const store of stores) store.close();
    },
  };
};
