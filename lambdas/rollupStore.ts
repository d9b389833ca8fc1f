import type * as z from 'zod';
import type { BlockBytes } from '../adapters/aws/blockBytes.ts';
import { type DynamoRollupStore, dynamoRollupStore } from '../adapters/aws/dynamoRollupStore.ts';
import { s3BlockBytes } from '../adapters/aws/s3BlockBytes.ts';
import { documentClient } from './documentClient.ts';
import { s3Client } from './s3Client.ts';
import type { rollupStoreEnv } from './shared.env.ts';

type StoreEnv = z.infer<z.ZodObject<typeof rollupStoreEnv>>;

/** The rollups, where the configuration says that they are. */
export const rollupStore = (env: StoreEnv): DynamoRollupStore =>
  dynamoRollupStore({
    client: documentClient(),
    table: env.ROLLUPS_TABLE,
    bytes: env.TIME_SERIES_STORE === 'timestream' ? inTimestream(env) : inS3(env),
  });

const inS3 = ({ DATA_BUCKET }: StoreEnv): BlockBytes => s3BlockBytes({ client: s3Client(), bucket: DATA_BUCKET });

/** Its clients are loaded only where it is used. */
const inTimestream = (env: StoreEnv): BlockBytes => {
  let opened: Promise<BlockBytes> | undefined;
  const open = () => {
    opened ??= import('./timestream.ts').then(({ timestreamBytes }) => timestreamBytes(env));
    return opened;
  };
  return {
    put: async (...segment) => (await open()).put(...segment),
    read: async (pieces) => (await open()).read(pieces),
    remove: async (segmentIds) => (await open()).remove(segmentIds),
  };
};
