import { type _Record, type TimestreamWriteClient, WriteRecordsCommand } from '@aws-sdk/client-timestream-write';
import { AppError } from '../../../core/errors.ts';
import { isBusy, nameOf } from '../awsError.ts';
import { retrying } from '../retry.ts';
import { segmentTimeMs } from '../rollups/segments.ts';
import { cut } from './parts.ts';

const RECORDS_PER_CALL = 100;

interface Target {
  write: TimestreamWriteClient;
  database: string;
  table: string;
}

/**
 * Writes a segment as numbered parts, a record each. The same records again are taken; where others are in their place,
 * these get a higher version and replace them.
 *
 * @throws AppError storageFailed when Timestream rejects records for another reason; it is not tried again
 */
export const writeSegment = async (target: Target, segmentId: string, bytes: Uint8Array): Promise<void> => {
  const records = recordsOf(segmentId, bytes);
  for (let i = 0; i < records.length; i += RECORDS_PER_CALL) {
    await writeRecords(target, segmentId, records.slice(i, i + RECORDS_PER_CALL));
  }
};

/** Parts are a nanosecond apart, since records of one time and the same dimensions would be one record. */
const recordsOf = (segmentId: string, bytes: Uint8Array): _Record[] =>
  cut(bytes).map((content, part) => ({
    Time: String(BigInt(segmentTimeMs(segmentId)) * 1_000_000n + BigInt(part)),
    MeasureValues: [
      { Name: 'part', Type: 'BIGINT', Value: String(part) },
      { Name: 'bytes', Type: 'VARCHAR', Value: Buffer.from(content).toString('base64') },
    ],
  }));

const writeRecords = async ({ write, database, table }: Target, segmentId: string, records: _Record[]) => {
  let version = 1;
  const send = async () => {
    const common: _Record = {
      Dimensions: [{ Name: 'segment', Value: segmentId }],
      MeasureName: 'blocks',
      MeasureValueType: 'MULTI',
      TimeUnit: 'NANOSECONDS',
      Version: version,
    };
    const input = { DatabaseName: database, TableName: table, CommonAttributes: common, Records: records };
    try {
      await write.send(new WriteRecordsCommand(input));
    } catch (error) {
      version = versionAbove(error) ?? version;
      throw error;
    }
  };
  await retrying(send, (error) => versionAbove(error) !== undefined || isBusy(error));
};

/**
 * The version that would replace what is there, when that is all there was against the records; undefined for any other
 * failure. Throws AppError storageFailed when some were rejected for what they are.
 */
const versionAbove = (error: unknown): number | undefined => {
  if (nameOf(error) !== 'RejectedRecordsException') return undefined;
  const { RejectedRecords: rejected = [] } = error as {
    RejectedRecords?: { ExistingVersion?: number; Reason?: string }[];
  };
  const versions = rejected.flatMap(({ ExistingVersion }) => ExistingVersion ?? []);
  if (versions.length > 0 && versions.length === rejected.length) return 1 + Math.max(...versions);
  const reasons = [...new Set(rejected.map(({ Reason }) => Reason))].join('; ');
  throw new AppError('storageFailed', `Timestream rejected ${rejected.length} records: ${reasons}`, { cause: error });
};
