import * as z from 'zod';
import { cardinalityEnv, rollupStoreEnv, stateEnv } from '../shared.env.ts';

export const Env = z.object({ ...rollupStoreEnv, ...stateEnv, ...cardinalityEnv });
