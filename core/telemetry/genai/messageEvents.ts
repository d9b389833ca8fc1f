import { dropContent, isContentKey } from '../content.ts';

/**
 * Events of the GenAI conventions that exist to carry messages (`gen_ai.user.message`, `gen_ai.choice`,
 * `gen_ai.content.prompt`, …), as span events or log records. Of them only the structure is kept.
 */
export const isMessageEvent = (name: string): boolean => /^(gen_ai|llm|ai)\./i.test(name);

/** Strings under these names say what a message is, not what it says. */
const STRUCTURE = new Set([
  'role',
  'id',
  'index',
  'type',
  'name',
  'model',
  'finish_reason',
  'finish_reasons',
  'operation',
  'modality',
  'mime_type',
]);

/** Numbers, booleans and the strings that name a structure; every other string is gone, content keys entirely. */
export const structureOnly = (value: unknown, key = '', depth = 0): unknown => {
  if (typeof value === 'string') return STRUCTURE.has(key.toLowerCase()) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 32) return null;
  if (Array.isArray(value)) return value.map((item) => structureOnly(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isContentKey(name))
      .map(([name, item]) => [name, structureOnly(item, name, depth + 1)]),
  );
};

/** Attributes of an event by its name: of a message event, only names in a namespace and the structure stay. */
export const eventAttributes = (name: string, attributes: Record<string, unknown>): Record<string, unknown> => {
  const clean = dropContent(attributes);
  if (!isMessageEvent(name)) return clean;
  return Object.fromEntries(
    Object.entries(clean).map(([key, value]) => [key, key.includes('.') ? value : structureOnly(value, key)]),
  );
};
