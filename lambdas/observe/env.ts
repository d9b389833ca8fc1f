import * as z from 'zod';
import { stateEnv } from '../shared.env.ts';

/** The registry tells a release from scaling. */
export const Env = z.object({ DATA_BUCKET: z.string().min(1), ...stateEnv });
