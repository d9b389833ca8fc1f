import type * as z from 'zod';
import { didYouMean } from '../../nearest.ts';

/** What is wrong with one item: where, and what was expected. */
export interface Fault {
  /** JSON pointer (RFC 6901) within the item, '' for the whole of it. */
  path: string;
  message: string;
}

export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The value seen, short enough for a message; containers by their kind only. */
export const seen = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
};

/** Faults told of one item. */
const MAX_FAULTS = 10;

/**
 * What a schema found wrong with an item, one fault for each field; at most ten, at least one.
 *
 * @param known the fields that there are, for a schema that takes no others
 */
export const schemaFaults = (error: z.core.$ZodError, item: unknown, known: readonly string[] = []): Fault[] => {
  const faults = error.issues.flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => ({ path: pointer([...issue.path, name]), message: unknownField(name, known) }));
    const value = issue.path.reduce<unknown>(
      (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
      item,
    );
    return [{ path: pointer(issue.path), message: sentence(issue, value) }];
  });
  return faults.slice(0, MAX_FAULTS);
};

const unknownField = (name: string, known: readonly string[]): string =>
  `unknown field${didYouMean(name, known)}; known are ${known.join(', ')}`;

const sentence = (issue: z.core.$ZodIssue, value: unknown): string => {
  if (value === undefined && issue.code === 'invalid_type') return `required: ${wanted(issue)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${wanted(issue)}, got ${seen(value)}`;
    case 'invalid_union':
      return `expected ${[...new Set(issue.errors.flat().map(wanted))].join(' or ')}, got ${seen(value)}`;
    case 'invalid_value':
      return `expected one of ${issue.values.join(', ')}, got ${seen(value)}`;
    case 'too_small':
    case 'too_big':
      return `expected ${wanted(issue)}, got ${seen(value)}`;
    default:
      return `${issue.message}, got ${seen(value)}`;
  }
};

/** What a schema wants, in words. */
const wanted = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.expected === 'int' ? 'a whole number' : issue.expected === 'number' ? 'a finite number' : issue.expected}`;
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `${issue.origin} of at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${issue.maximum} characters`
        : `${issue.origin} of at most ${issue.maximum}`;
    default:
      return issue.message;
  }
};
