import type { ArchiveKind } from '../ports.ts';
import { COLUMNS, SPAN_KIND } from './archiveColumns.ts';
import type { BatchContent } from './batch.ts';

/** Every record of a batch that is archived, by the names of its columns; samples are not. */
export function* archivedOf({ events, spans, logs }: BatchContent): Generator<[ArchiveKind, Record<string, unknown>]> {
  for (const event of events) yield [event.kind, event];
  for (const { kind, ...span } of spans) yield ['span', { ...span, [SPAN_KIND]: kind }];
  for (const log of logs) yield ['log', { ...log }];
}

/** A row by the names of its columns (times in epoch milliseconds) as the record it was: absent fields absent, JSON parsed. */
export const recordOf = (kind: ArchiveKind, row: Record<string, unknown>): Record<string, unknown> => {
  const record: Record<string, unknown> = kind === 'span' || kind === 'log' ? {} : { kind };
  for (const { name, type } of COLUMNS[kind]) {
    const value = row[name];
    if (value === null || value === undefined) continue;
    record[name === SPAN_KIND ? 'kind' : name] = type === 'json' ? JSON.parse(value as string) : value;
  }
  return record;
};

/**
 * Half of a surrogate pair, which JSON.stringify escapes, is no character: DuckDB refuses the text, and one such string
 * would hold up the archive for ever.
 */
export const wellFormedJson = (json: string): string =>
  json.includes('\\ud') ? json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\\ufffd') : json;
