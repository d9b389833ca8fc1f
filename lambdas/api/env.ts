import * as z from 'zod';
import { rollupStoreEnv, stateEnv } from '../shared.env.ts';

export const Env = z.object({
  ...rollupStoreEnv,
  ...stateEnv,
  /** For `/healthz`: how much waits. */
  BATCH_QUEUE_URL: z.string().min(1),
});
