import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** The whole process tree has to stay small, so DuckDB spills to disk early, and lives only as long as one job. */
const SETTINGS = { memory_limit: '128MB', threads: '1', preserve_insertion_order: 'false' };

/** Runs `work` with an empty database in memory that spills into `dir`. */
export const withDuckDb = async <T>(dir: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
  const { connection, close } = await openDuckDb(dir);
  try {
    return await work(connection);
  } finally {
    close();
  }
};

export const openDuckDb = async (dir: string): Promise<{ connection: DuckDBConnection; close(): void }> => {
  const instance = await DuckDBInstance.create(':memory:', { ...SETTINGS, temp_directory: dir });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
