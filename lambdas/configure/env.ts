import * as z from 'zod';
import { stateEnv } from '../shared.env.ts';

export const Env = z.object({ ...stateEnv, DATA_BUCKET: z.string().min(1) });
