import * as z from 'zod';

export const Env = z.object({
  DATA_BUCKET: z.string().min(1),
  /** Whose resources they are. */
  ACCOUNT: z.string().min(1),
  /** Another with every change of what is configured, so that no function goes on with what it read before. */
  COSTS_VERSION: z.string().min(1),
});
