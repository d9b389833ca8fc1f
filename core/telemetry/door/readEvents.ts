import { AppError, type Problem } from '../../errors.ts';
import { emptyContent } from '../batch.ts';
import type { Decoded, DoorOptions } from '../decoded.ts';
import { pointer } from './fault.ts';
import { checkSize, countKeyTokens, mayHaveFaultyKeys } from './keys.ts';
import { MAX_EVENTS } from './limits.ts';
import { readEvent } from './readEvent.ts';
import { scanJson } from './scanJson.ts';
import { warnOfUnknown } from './unknown.ts';

export interface DecodedEvents extends Decoded {
  /** Every good event said itself when it happened or who it is (`timestamp` or `id`). */
  isSelfDated: boolean;
  /** The body is a JSON array of which `asEvents` makes exactly `content`: nothing was rejected, moved, dropped or hashed. */
  isAsSent: boolean;
}

/**
 * Reads events as JSON (one object or an array) or NDJSON (one object a line, blank lines skipped).
 *
 * What is wrong with one event rejects that event alone, with its index (of the array, or of the line counting from 0);
 * in NDJSON a line that is not JSON too. All that is wrong with an event is told, a problem for each of its fields.
 * `noted` names unknown fields, see `warnOfUnknown`.
 *
 * @throws AppError invalidInput when the text is not JSON at all or holds no event; tooLarge over the limits of limits.ts
 */
export const readEvents = (text: string, format: 'json' | 'ndjson', options: DoorOptions): DecodedEvents => {
  const reading: Reading = {
    content: emptyContent(),
    accepted: 0,
    rejected: [],
    noted: [],
    isSelfDated: true,
    isAsSent: true,
    unknown: undefined,
  };
  const keyTokens = checkSize(text);
  if (format === 'json') readJson(text, keyTokens, reading, options);
  else readLines(text, reading, options);
  if (reading.accepted + reading.rejected.length === 0)
    throw new AppError('invalidInput', 'there is no event in the body');
  return reading;
};

interface Reading extends DecodedEvents {
  unknown: readonly string[] | undefined;
}

const readJson = (text: string, keyTokens: number, reading: Reading, options: DoorOptions): void => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalidInput', notJson(text), { cause });
  }
  const items = Array.isArray(value) ? value : [value];
  reading.isAsSent = Array.isArray(value);
  checkCount(items.length);
  const faults = faultyKeys(text, keyTokens, value);
  for (let index = 0; index < items.length; index++) {
    const fault = faults?.get(Array.isArray(value) ? index : 0);
    if (fault) reject(reading, { index, ...fault });
    else add(items[index], index, reading, options);
  }
};

const readLines = (text: string, reading: Reading, options: DoorOptions): void => {
  const lines = text.split('\n');
  reading.isAsSent = false;
  let count = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.trim() === '') continue;
    checkCount(++count);
    let item: unknown;
    try {
      item = JSON.parse(line);
    } catch {
      reading.rejected.push({ index, path: '', message: notJson(line) });
      continue;
    }
    const fault = faultyKeys(line, countKeyTokens(line), item)?.values().next().value;
    if (fault) reading.rejected.push({ index, ...fault });
    else add(item, index, reading, options);
  }
};

const checkCount = (count: number): void => {
  if (count > MAX_EVENTS)
    throw new AppError('tooLarge', `more than ${MAX_EVENTS} events in one request: send them in several`);
};

const add = (item: unknown, index: number, reading: Reading, options: DoorOptions): void => {
  const isSelfDated = isNamed(item);
  const event = readEvent(item, options, reading);
  const { unknown } = reading;
  reading.unknown = undefined;
  if (Array.isArray(event)) {
    for (const fault of event) reject(reading, { index, ...fault });
    return;
  }
  if (unknown) warnOfUnknown(reading.noted, unknown, event, index);
  reading.isSelfDated &&= isSelfDated;
  reading.content.events.push(event);
  reading.accepted++;
};

const reject = (reading: Reading, problem: Problem): void => {
  reading.rejected.push(problem);
  reading.isAsSent = false;
};

const isNamed = (item: unknown): boolean => {
  const { timestamp, id } = (item ?? {}) as Record<string, unknown>;
  return (timestamp ?? id) != null;
};

/** Duplicate and forbidden keys by index of the event; undefined when there is none (nearly always, and found out cheaply). */
const faultyKeys = (
  text: string,
  keyTokens: number,
  value: unknown,
): Map<number, Omit<Problem, 'index'>> | undefined => {
  if (typeof value !== 'object' || value === null || !mayHaveFaultyKeys(keyTokens, value)) return undefined;
  const isArray = Array.isArray(value);
  return new Map(
    scanJson(text).faults.map(({ path, message }) =>
      isArray ? [Number(path[0]), { path: pointer(path.slice(1)), message }] : [0, { path: pointer(path), message }],
    ),
  );
};

/** Where a text stops being JSON, in words. */
const notJson = (text: string): string => {
  const { error } = scanJson(text);
  if (!error) return 'not JSON';
  const before = text.slice(0, error.offset);
  const line = before.split('\n').length;
  const column = error.offset - before.lastIndexOf('\n');
  const got =
    error.offset < text.length ? `got ${JSON.stringify(text.slice(error.offset, error.offset + 20))}` : 'the text ends';
  const remedy = error.expected === 'nothing' ? '; for one event a line send Content-Type: application/x-ndjson' : '';
  return `not JSON at line ${line}, column ${column} (offset ${error.offset}): expected ${error.expected}, ${got}${remedy}`;
};
