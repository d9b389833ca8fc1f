import type { Readable } from 'node:stream';
import * as z from 'zod';
import { EVENT_KINDS, EVENT_SCHEMAS, type EventKind } from '../../../core/telemetry/events.ts';
import { csvRecords } from './csvRecords.ts';
import type { Item, OnProblem } from './item.ts';

type Convert = (cell: string) => unknown;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const asIs: Convert = (cell) => cell;
/** What is no number stays text, so that the server says what is wrong with it. */
const number: Convert = (cell) => (NUMBER.test(cell.trim()) ? Number(cell) : cell);
const boolean: Convert = (cell) => ({ true: true, false: false })[cell.trim().toLowerCase()] ?? cell;
const guess: Convert = (cell) => {
  const value = number(cell);
  return typeof value === 'number' ? value : boolean(cell);
};
/** `{"a":1}`, as an export writes objects. */
const json: Convert = (cell) => {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
};

const BY_TYPE: Record<string, Convert> = { string: asIs, number, integer: number, boolean, object: json };

/** How each field of a kind is read: a model named "4" stays a text, since the schema says so. */
const convertersOf = (kind: EventKind): Map<string, Convert> => {
  const { properties = {} } = z.toJSONSchema(EVENT_SCHEMAS[kind], { io: 'input' });
  return new Map(
    Object.entries(properties).map(([name, property]) => {
      const type = typeof property === 'object' ? property.type : undefined;
      return [name, (typeof type === 'string' ? BY_TYPE[type] : undefined) ?? guess];
    }),
  );
};
const CONVERTERS = new Map<string, Map<string, Convert>>(EVENT_KINDS.map((kind) => [kind, convertersOf(kind)]));

/**
 * Rows of a CSV file as events. The header holds field names of events; `features.x` and `attributes.x` are fields of
 * those objects. Empty cells are absent fields; a row without `kind` is of `defaultKind`.
 */
export async function* csvEvents(input: Readable, defaultKind: EventKind, onProblem: OnProblem): AsyncGenerator<Item> {
  for await (const { fields, line } of csvRecords(input, onProblem))
    yield { text: JSON.stringify(toEvent(fields, defaultKind)), line };
}

/** One row as an event; exported for tests. */
export const toEvent = (row: Record<string, string>, defaultKind: EventKind): Record<string, unknown> => {
  const kind = row.kind?.trim() || defaultKind;
  const converters = CONVERTERS.get(kind);
  const event = new Map<string, unknown>([['kind', kind]]);
  const nested = new Map<string, [string, unknown][]>();
  for (const [name, cell] of Object.entries(row)) {
    if (name === 'kind' || cell === '') continue;
    const [, group, key] = /^(features|attributes)\.(.+)$/s.exec(name) ?? [];
    if (group && key) nested.set(group, [...(nested.get(group) ?? []), [key, guess(cell)]]);
    else event.set(name, (converters?.get(name) ?? guess)(cell));
  }
  for (const [group, entries] of nested) {
    const whole = event.get(group);
    event.set(
      group,
      Object.fromEntries([...Object.entries(typeof whole === 'object' ? (whole ?? {}) : {}), ...entries]),
    );
  }
  return Object.fromEntries(event);
};
