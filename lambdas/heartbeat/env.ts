import * as z from 'zod';

/** The base address of the API, without a slash at its end. */
export const Env = z.object({ API_URL: z.url() });
