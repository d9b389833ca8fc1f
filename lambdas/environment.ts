import type * as z from 'zod';

/**
 * A function's environment, read once for each cold start.
 *
 * @throws Error that names every variable that is missing or wrong; no value, which may be a secret
 */
export const readEnvironment = <T>(
  schema: z.ZodType<T>,
  variables: Readonly<Record<string, string | undefined>>,
): T => {
  const result = schema.safeParse(variables);
  if (result.success) return result.data;
  const said = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`wrong environment variables: ${said.join('; ')}`);
};
