import * as z from 'zod';
import { wholeNumber } from '../shared.env.ts';

export const Env = z.object({
  DATA_BUCKET: z.string().min(1),
  /** Who asks. */
  ACCOUNT: z.string().min(1),
  /** Paid for at most in a day, a cent each. */
  PAGES_PER_DAY: wholeNumber,
  /** Another with every change of what is configured, so that no function goes on with what it read before. */
  COSTS_VERSION: z.string().min(1),
});
