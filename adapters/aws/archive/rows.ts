import type { Column, ColumnType } from '../../../core/telemetry/archiveColumns.ts';
import { wellFormedJson } from '../../../core/telemetry/archiveRecords.ts';
import { parquetWriter, ROWS_PER_GROUP } from './parquetWriter.ts';

type Value = string | number | boolean | undefined;

const asIs = (value: unknown) => value as Value;
const STORED: Record<ColumnType, (value: unknown) => Value> = {
  VARCHAR: asIs,
  DOUBLE: asIs,
  BIGINT: asIs,
  BOOLEAN: asIs,
  json: (value) => wellFormedJson(JSON.stringify(value)),
  milliseconds: (value) => Math.floor(value as number),
  microseconds: (value) => Math.round((value as number) * 1000),
};

/** The value of a record's field as its column holds it. */
export const storedValue = ({ type }: Column, field: unknown): Value =>
  field === undefined || field === null ? undefined : STORED[type](field);

/** What a value takes beside the characters of a text, bytes. */
const VALUE_BYTES = 8;

/**
 * Records on their way into one file, held column by column.
 *
 * @param sortBy the file's rows are grouped by the first of these columns, where there are two, and sorted by the last,
 *   a time; those that are equal stay in the order they came in
 */
export const rows = (columns: readonly Column[], sortBy: readonly string[]) => {
  const places = new Map(columns.map(({ name }, c) => [name, c]));
  /** Shorter than `count` where the last rows have no value: most columns of most records have none. */
  const values = columns.map((): Value[] => []);
  const valuesOf = (name: string | undefined) => values[places.get(name ?? '') ?? -1];
  let count = 0;

  return {
    count: () => count,
    /** Fields that are no columns are left out. Answers about how many bytes of memory the record takes. */
    add(record: Readonly<Record<string, unknown>>): number {
      let bytes = 0;
      for (const [name, field] of Object.entries(record)) {
        const place = places.get(name);
        if (place === undefined) continue;
        const value = storedValue(columns[place]!, field);
        if (value === undefined) continue;
        const column = values[place]!;
        while (column.length < count) column.push(undefined);
        column.push(value);
        bytes += typeof value === 'string' ? VALUE_BYTES + value.length : VALUE_BYTES;
      }
      count++;
      return bytes;
    },
    /** The Parquet file of all rows. */
    file(): Uint8Array {
      const order = sorted(count, valuesOf(sortBy.at(-2)), valuesOf(sortBy.at(-1)) as number[]);
      const writer = parquetWriter(columns);
      for (let from = 0; from < count; from += ROWS_PER_GROUP) {
        const group = order.slice(from, from + ROWS_PER_GROUP);
        const nothing = group.map(() => undefined);
        writer.add(values.map((column) => (column.length === 0 ? nothing : group.map((row) => column[row]))));
      }
      return writer.finish();
    },
  };
};

export type Rows = ReturnType<typeof rows>;

/** Numbers of rows by group and time. Few groups of many rows that came nearly in order: much faster than comparing both. */
const sorted = (count: number, groups: readonly Value[] | undefined, times: readonly number[]): number[] => {
  const byGroup = new Map<Value, number[]>();
  for (let row = 0; row < count; row++) {
    const group = groups?.[row];
    const members = byGroup.get(group);
    if (members) members.push(row);
    else byGroup.set(group, [row]);
  }
  return [...byGroup.keys()].sort().flatMap((group) => byGroup.get(group)!.sort((a, b) => times[a]! - times[b]!));
};
