import { zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  type ParquetParsers,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import type { ArchiveKind } from '../../../core/ports.ts';
import { COLUMNS } from '../../../core/telemetry/archiveColumns.ts';
import { recordOf } from '../../../core/telemetry/archiveRecords.ts';
import type { TimedRecord } from './byTime.ts';

/** Some rows of a file, with the times that they may have: epoch milliseconds, both ends included. */
export interface Group {
  fromMs: number;
  toMs: number;
  records(): Promise<TimedRecord[]>;
}

const compressors: Compressors = { ZSTD: (input) => zstdDecompressSync(input) };
/** Times as epoch milliseconds, with fractions. */
const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (milliseconds) => Number(milliseconds),
  timestampFromMicroseconds: (microseconds) => Number(microseconds) / 1000,
};

/**
 * The row groups of a file of the archive, whoever wrote it. Columns that it does not have are absent in its records, those
 * that we do not know are left out.
 */
export const groupsOf = async (kind: ArchiveKind, file: AsyncBuffer): Promise<Group[]> => {
  const metadata = await parquetMetadataAsync(file, { parsers });
  const present = new Set(parquetSchema(metadata).children.map(({ element }) => element.name));
  const columns = COLUMNS[kind].map(({ name }) => name).filter((name) => present.has(name));
  let start = 0;
  return metadata.row_groups.map((group) => {
    const rowStart = start;
    start += Number(group.num_rows);
    const rows = { file, metadata, columns, rowStart, rowEnd: start };
    return { ...timesOf(group), records: () => readRows(kind, rows) };
  });
};

const timesOf = ({ columns }: RowGroup): { fromMs: number; toMs: number } => {
  const time = columns.find(({ meta_data: chunk }) => chunk?.path_in_schema[0] === 'timestamp')?.meta_data;
  const { min_value: min, max_value: max } = time?.statistics ?? {};
  return {
    fromMs: typeof min === 'number' ? min : Number.NEGATIVE_INFINITY,
    toMs: typeof max === 'number' ? max : Number.POSITIVE_INFINITY,
  };
};

const readRows = async (
  kind: ArchiveKind,
  rows: { file: AsyncBuffer; metadata: FileMetaData; columns: string[]; rowStart: number; rowEnd: number },
): Promise<TimedRecord[]> =>
  (await parquetReadObjects({ ...rows, parsers, compressors })).map((row) => {
    for (const { name, type } of COLUMNS[kind])
      if (type === 'BIGINT' && row[name] != null) row[name] = Number(row[name]);
    return recordOf(kind, row);
  });
