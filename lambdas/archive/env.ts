import * as z from 'zod';

export const Env = z.object({
  DATA_BUCKET: z.string().min(1),
  ROLLUPS_TABLE: z.string().min(1),
  /** Batches whose notification never came are put into it. */
  BATCH_QUEUE_URL: z.string().min(1),
  ARCHIVE_DAYS: z.string().regex(/^\d+$/).transform(Number),
});
