import * as z from 'zod';
import { rollupStoreEnv, wholeNumber } from '../shared.env.ts';

export const Env = z.object({
  ...rollupStoreEnv,
  MINUTE_DAYS: wholeNumber,
  HOUR_DAYS: wholeNumber,
  DAY_DAYS: wholeNumber,
});
