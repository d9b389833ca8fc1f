import * as z from 'zod';
import { flag, wholeNumber } from '../shared.env.ts';

export const Env = z.object({
  DATA_BUCKET: z.string().min(1),
  /** Whose metrics they are. */
  ACCOUNT: z.string().min(1),
  BEDROCK: flag,
  SAGEMAKER: flag,
  READ_EVERY_MIN: wholeNumber,
  MAX_METRICS_PER_READ: wholeNumber,
});
