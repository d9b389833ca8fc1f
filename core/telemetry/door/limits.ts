/** Bounds of what the JSON door takes. They keep one event from being a document and one request from being a day. */
export const MAX_EVENTS = 10_000;
/**
 * Objects and arrays, and keys, in one request, counted before it is parsed: ten million empty objects take JSON.parse
 * two seconds, in which nobody else is served.
 */
export const MAX_CONTAINERS = 1_000_000;
export const MAX_KEYS = 1_000_000;
/** Fields of one event, known or not: more than all that are known and MAX_ATTRIBUTES. */
export const MAX_FIELDS = 128;
/** Keys of `attributes`, those moved there from unknown fields included. */
export const MAX_ATTRIBUTES = 64;
/** Characters of one event's `attributes` as JSON. */
export const MAX_ATTRIBUTES_CHARS = 16 * 1024;
/** Levels of objects and arrays in `attributes`, itself included. */
export const MAX_ATTRIBUTES_DEPTH = 8;
export const MAX_FEATURES = 256;
