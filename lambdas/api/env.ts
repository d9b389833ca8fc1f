import * as z from 'zod';
import { iamEnv, rollupStoreEnv, stateEnv } from '../shared.env.ts';

export const Env = z.object({
  ...rollupStoreEnv,
  ...stateEnv,
  ...iamEnv,
  /** For `/healthz`: how much waits. */
  BATCH_QUEUE_URL: z.string().min(1),
});
