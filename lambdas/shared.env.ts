import * as z from 'zod';
import { IamCaller } from '../core/access/iam.ts';

/** Pieces of functions' environments that several have. Numbers are read from digits: `''` is no 0. */
export const wholeNumber = z.string().regex(/^\d+$/, 'expected digits').transform(Number);
export const flag = z.stringbool();
/** Names separated by commas; an empty text is none. */
export const list = z.string().transform((text) => (text === '' ? [] : text.split(',')));

/** Where rollups live: the directory in DynamoDB, the bytes of blocks in S3 or Timestream. */
export const rollupStoreEnv = {
  DATA_BUCKET: z.string().min(1),
  ROLLUPS_TABLE: z.string().min(1),
  TIME_SERIES_STORE: z.enum(['dynamodb', 'timestream']),
  TIMESTREAM_DATABASE: z.string().optional(),
  TIMESTREAM_TABLE: z.string().optional(),
};

/** Registry and API keys. */
export const stateEnv = { STATE_TABLE: z.string().min(1) };

export const cardinalityEnv = {
  VALUES_PER_DIMENSION: wholeNumber,
  VALUES_PER_CLIENT: wholeNumber,
  SERIES_PER_FAMILY: wholeNumber,
};

/** How telemetry is treated at the door. */
export const doorEnv = {
  KEEP_CONTENT: flag,
  REPLICA_LABELS: list,
  /** ARN of the secret that pseudonyms of clients are made with; without it clients keep their names. */
  HASH_SECRET_ARN: z.string().optional(),
};

/** What callers who sign with IAM may do, as JSON. */
export const iamEnv = {
  IAM_CALLERS: z
    .string()
    .default('[]')
    .transform((text) => JSON.parse(text))
    .pipe(z.array(IamCaller)),
};
