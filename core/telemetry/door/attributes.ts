import { MAX_ATTRIBUTES, MAX_ATTRIBUTES_CHARS, MAX_ATTRIBUTES_DEPTH } from './limits.ts';

/**
 * What is wrong with an event's attributes: too many, too long, too deep, or numbers that JSON cannot hold (1e999).
 *
 * @returns undefined when nothing is; never recurses deeper than the bound
 */
export const attributesFault = (attributes: Record<string, unknown>): { path: string; message: string } | undefined => {
  const count = Object.keys(attributes).length;
  if (count > MAX_ATTRIBUTES)
    return {
      path: '/attributes',
      message: `${count} attributes, unknown fields included; at most ${MAX_ATTRIBUTES} are taken`,
    };
  const fault = valueFault(attributes, '/attributes', 1);
  if (fault) return fault;
  const chars = JSON.stringify(attributes).length;
  return chars > MAX_ATTRIBUTES_CHARS
    ? { path: '/attributes', message: `${chars} characters as JSON; at most ${MAX_ATTRIBUTES_CHARS} are taken` }
    : undefined;
};

const valueFault = (value: unknown, path: string, depth: number): { path: string; message: string } | undefined => {
  if (typeof value === 'number' && !Number.isFinite(value))
    return { path, message: `expected a finite number, got ${value}` };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_ATTRIBUTES_DEPTH)
    return { path, message: `nested deeper than the ${MAX_ATTRIBUTES_DEPTH} levels that are taken` };
  for (const [key, inner] of Object.entries(value)) {
    const fault = valueFault(inner, `${path}/${key}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
};
