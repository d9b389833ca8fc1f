/** Bounds of what the JSON door takes. They keep one event from being a document and one request from being a day. */
export const MAX_EVENTS = 10_000;
/** Keys of `attributes`, those moved there from unknown fields included. */
export const MAX_ATTRIBUTES = 64;
/** Characters of one event's `attributes` as JSON. */
export const MAX_ATTRIBUTES_CHARS = 16 * 1024;
/** Levels of objects and arrays in `attributes`, itself included. */
export const MAX_ATTRIBUTES_DEPTH = 8;
export const MAX_FEATURES = 256;
