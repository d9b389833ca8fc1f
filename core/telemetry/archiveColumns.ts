import * as z from 'zod';
import type { ArchiveKind } from '../ports.ts';
import { EVENT_KINDS, EVENT_SCHEMAS } from './events.ts';

/**
 * Types of Parquet columns, in DuckDB's words. `json` is text that holds a JSON value; `milliseconds` and `microseconds`
 * are times without a zone, in UTC.
 */
export type ColumnType = 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'BOOLEAN' | 'json' | 'milliseconds' | 'microseconds';
export interface Column {
  name: string;
  type: ColumnType;
}

const SCALARS: Record<string, ColumnType> = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
};

/** The kind is in the path of a file, and a span's own `kind` is therefore the column `spanKind`. */
export const SPAN_KIND = 'spanKind';

const eventColumns = (schema: z.ZodType): Column[] =>
  Object.entries(z.toJSONSchema(schema, { io: 'input' }).properties ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, property]) => {
      if (name === 'timestamp') return { name, type: 'milliseconds' };
      const type = typeof property === 'object' && typeof property.type === 'string' ? property.type : '';
      return { name, type: SCALARS[type] ?? 'json' };
    });

const columns = (types: Partial<Record<ColumnType, string>>): Column[] =>
  Object.entries(types).flatMap(([type, names]) =>
    names.split(' ').map((name) => ({ name, type: type as ColumnType })),
  );

/** The columns of every file of a kind: scalars as they are, everything else as JSON. */
export const COLUMNS = {
  ...Object.fromEntries(EVENT_KINDS.map((kind) => [kind, eventColumns(EVENT_SCHEMAS[kind])])),
  span: columns({
    microseconds: 'timestamp',
    VARCHAR: `traceId spanId parentSpanId name ${SPAN_KIND} status statusMessage service`,
    DOUBLE: 'durationMs',
    json: 'resource attributes events',
  }),
  log: columns({
    microseconds: 'timestamp',
    VARCHAR: 'severity traceId spanId service',
    json: 'body resource attributes',
  }),
} as Record<ArchiveKind, Column[]>;

export const ARCHIVE_KINDS: readonly ArchiveKind[] = [...EVENT_KINDS, 'span', 'log'];

/** Neighbours that are alike compress best: files are sorted by the first of these columns that a kind has, then by time. */
export const sortColumnsOf = (kind: ArchiveKind): readonly string[] => {
  const has = (name: string) => COLUMNS[kind].some((column) => column.name === name);
  const first = ['deployment', 'service', 'user'].find(has);
  return first ? [first, 'timestamp'] : ['timestamp'];
};
