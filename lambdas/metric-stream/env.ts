import * as z from 'zod';

export const Env = z.object({ DATA_BUCKET: z.string().min(1) });
