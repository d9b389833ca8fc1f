import * as z from 'zod';
import { rollupStoreEnv, stateEnv, wholeNumber } from '../shared.env.ts';

const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a number')
  .transform(Number);

export const Env = z.object({
  ...rollupStoreEnv,
  ...stateEnv,
  TOPIC_CRITICAL: z.string().min(1),
  TOPIC_WARNING: z.string().min(1),
  TOPIC_INFO: z.string().min(1),
  RUNBOOK_URL: z.string().min(1),
  VRAM_PERCENT: decimal,
  GPU_IDLE_PERCENT: decimal,
  GPU_IDLE_MIN: wholeNumber,
});
