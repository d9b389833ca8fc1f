import type { ColumnType } from '../../core/telemetry/archiveColumns.ts';
import { ARCHIVE_KINDS, COLUMNS } from '../../core/telemetry/archiveColumns.ts';
import { PREFIXES } from '../prefixes.ts';

/** A table of the archive in the words of the Glue catalogue, which Athena takes its tables from. */
export interface GlueTable {
  name: string;
  description: string;
  columns: readonly { name: string; type: string; comment?: string }[];
  partitionKeys: readonly { name: string; type: string; comment?: string }[];
  location: string;
  parameters: Readonly<Record<string, string>>;
}

const GLUE_TYPES: Record<ColumnType, { type: string; comment?: string }> = {
  VARCHAR: { type: 'string' },
  DOUBLE: { type: 'double' },
  BIGINT: { type: 'bigint' },
  BOOLEAN: { type: 'boolean' },
  json: { type: 'string', comment: 'JSON' },
  milliseconds: { type: 'timestamp', comment: 'UTC' },
  microseconds: { type: 'timestamp', comment: 'UTC; Athena shows milliseconds' },
};

/**
 * Days that Athena looks for when a query names none; each costs it a request. Imports of earlier days are in the archive
 * and need an earlier start here.
 */
const DAYS = '2020-01-01,NOW+1DAYS';

/** How Athena reads and writes Parquet, the same for every table. */
export const PARQUET_FORMAT = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
} as const;

/**
 * One table for each kind of record, over all files of that kind in the bucket. Partitions are projected: a day is there as
 * soon as its first file is, and no crawler runs.
 *
 * Names of columns are in small letters, as the catalogue wants them; Athena finds a file's `latencyMs` by `latencyms`, and
 * takes either in a query. `day` is text: YYYY-MM-DD, UTC.
 */
export const glueTables = ({ bucketName }: { bucketName: string }): GlueTable[] =>
  ARCHIVE_KINDS.map((kind) => {
    const location = `s3://${bucketName}/${PREFIXES.archive}kind=${kind}/`;
    return {
      name: kind,
      description: `Modelmeter: every archived record of kind ${kind}`,
      columns: COLUMNS[kind].map(({ name, type }) => ({ name: name.toLowerCase(), ...GLUE_TYPES[type] })),
      partitionKeys: [{ name: 'day', type: 'string', comment: 'YYYY-MM-DD, UTC' }],
      location,
      parameters: {
        classification: 'parquet',
        'projection.enabled': 'true',
        'projection.day.type': 'date',
        'projection.day.format': 'yyyy-MM-dd',
        'projection.day.range': DAYS,
        'projection.day.interval': '1',
        'projection.day.interval.unit': 'DAYS',
        'storage.location.template': `${location}day=\${day}/`,
      },
    };
  });
