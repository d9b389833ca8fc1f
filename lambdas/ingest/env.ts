import * as z from 'zod';
import { doorEnv, iamEnv } from '../shared.env.ts';

export const Env = z.object({ DATA_BUCKET: z.string().min(1), ...doorEnv, ...iamEnv });
