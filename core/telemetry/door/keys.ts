import { AppError } from '../../errors.ts';
import { MAX_CONTAINERS, MAX_KEYS } from './limits.ts';

/**
 * Refuses a text that would take long to parse for what little it can say. Brackets and colons inside of strings count too.
 *
 * @returns how many keys it could hold, see countKeyTokens
 * @throws AppError tooLarge
 */
export const checkSize = (text: string): number => {
  if (countOf(text, '{') + countOf(text, '[') > MAX_CONTAINERS)
    throw new AppError('tooLarge', `more than ${MAX_CONTAINERS} objects and arrays in one request: send it in parts`);
  const keys = countKeyTokens(text);
  if (keys > MAX_KEYS) throw new AppError('tooLarge', `more than ${MAX_KEYS} fields in one request: send it in parts`);
  return keys;
};

/** Stops counting one over the limit. */
const countOf = (text: string, bracket: string): number => {
  let count = 0;
  for (let i = text.indexOf(bracket); i >= 0 && count <= MAX_CONTAINERS; i = text.indexOf(bracket, i + 1)) count++;
  return count;
};

/**
 * How many keys a JSON text could hold: colons that follow a quote or white space. Every key's colon does, so this is
 * never too few; a string value such as "a : b" makes it too many.
 */
export const countKeyTokens = (text: string): number => {
  let count = 0;
  for (let i = text.indexOf(':'); i >= 0; i = text.indexOf(':', i + 1)) {
    const before = text.charCodeAt(i - 1);
    if (before === 34 || before <= 32) count++;
  }
  return count;
};

/** How many keys a parsed value holds at all depths; -1 when one of them is `__proto__`. Never recurses. */
const countKeys = (value: object): number => {
  let count = 0;
  const open: object[] = [value];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    if (Array.isArray(container)) {
      for (const item of container) if (typeof item === 'object' && item !== null) open.push(item);
      continue;
    }
    for (const key in container) {
      if (key === '__proto__') return -1;
      count++;
      const inner = (container as Record<string, unknown>)[key];
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
  }
  return count;
};

/**
 * Could this text have a key twice in one object, or a `__proto__` key? JSON.parse keeps the last of duplicates and says
 * nothing. Cheap, and wrong only towards yes: `scanJson` then says where.
 *
 * @param keyTokens countKeyTokens of the text
 * @param value what JSON.parse made of it
 */
export const mayHaveFaultyKeys = (keyTokens: number, value: object): boolean => keyTokens !== countKeys(value);
