import * as z from 'zod';
import { rollupStoreEnv } from '../shared.env.ts';

export const Env = z.object(rollupStoreEnv);
