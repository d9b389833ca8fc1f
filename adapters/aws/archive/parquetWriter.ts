import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Column, ColumnType } from '../../../core/telemetry/archiveColumns.ts';
import { zstd } from '../../zstd.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type ParquetType = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>;
const time = (unit: 'MILLIS' | 'MICROS'): ParquetType => ({
  type: 'INT64',
  converted_type: `TIMESTAMP_${unit}`,
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit },
});

/** As DuckDB writes them, so that files of either are read as one table. */
const PARQUET_TYPES: Record<ColumnType, ParquetType> = {
  VARCHAR: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  DOUBLE: { type: 'DOUBLE' },
  BIGINT: { type: 'INT64', converted_type: 'INT_64' },
  BOOLEAN: { type: 'BOOLEAN' },
  milliseconds: time('MILLIS'),
  microseconds: time('MICROS'),
};

const schemaOf = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...PARQUET_TYPES[type] })),
];

/**
 * Rows that one read of a file has in memory at a time. Files are a few per cent larger than with DuckDB's 122,880, and a
 * reader with little memory can skip more of them.
 */
export const ROWS_PER_GROUP = 30_000;

const { compress } = zstd(3);

/**
 * Makes one Parquet file, zstd, a row group for each `add`.
 *
 * @returns `add` takes the values of each column in order, as many of each; `undefined` is no value, times are whole
 *   milliseconds or microseconds. `finish` gives the file; without a row group it is an empty table.
 */
export const parquetWriter = (columns: readonly Column[]) => {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(columns),
    codec: 'ZSTD',
    compressors: { ZSTD: compress },
    createdBy: 'modelmeter',
  });

  return {
    add(values: readonly unknown[][]): void {
      writer.write({
        columnData: columns.map(({ name, type }, c) => ({
          name,
          data: type === 'BIGINT' ? values[c]!.map(asBigInt) : values[c]!,
        })),
        rowGroupSize: Math.max(1, values[0]!.length),
      });
    },
    finish(): Uint8Array {
      writer.finish();
      return bytes.getBytes();
    },
  };
};

const asBigInt = (value: unknown) => (value === undefined ? undefined : BigInt(value as number));
