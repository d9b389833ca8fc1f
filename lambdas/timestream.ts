import { TimestreamQueryClient } from '@aws-sdk/client-timestream-query';
import { TimestreamWriteClient } from '@aws-sdk/client-timestream-write';
import type * as z from 'zod';
import type { BlockBytes } from '../adapters/aws/blockBytes.ts';
import { timestreamBlockBytes } from '../adapters/aws/timestreamBlockBytes.ts';
import { PATIENCE } from './patience.ts';
import type { rollupStoreEnv } from './shared.env.ts';

/** Bytes of blocks in Timestream. Throws where the environment does not name the table. */
export const timestreamBytes = (env: z.infer<z.ZodObject<typeof rollupStoreEnv>>): BlockBytes => {
  const { TIMESTREAM_DATABASE: database, TIMESTREAM_TABLE: table } = env;
  if (database === undefined || table === undefined)
    throw new Error('TIME_SERIES_STORE is timestream, but TIMESTREAM_DATABASE or TIMESTREAM_TABLE is missing');
  const write = new TimestreamWriteClient(PATIENCE);
  return timestreamBlockBytes({ write, query: new TimestreamQueryClient(PATIENCE), database, table });
};
