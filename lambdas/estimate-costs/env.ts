import * as z from 'zod';
import { rollupStoreEnv, stateEnv, wholeNumber } from '../shared.env.ts';

export const Env = z.object({
  ...rollupStoreEnv,
  ...stateEnv,
  MINUTE_DAYS: wholeNumber,
  /** Another with every change of what is configured, so that no function goes on with what it read before. */
  COSTS_VERSION: z.string().min(1),
});
