import { QueryCommand, TimestreamQueryClient } from '@aws-sdk/client-timestream-query';
import { TimestreamWriteClient, WriteRecordsCommand, type WriteRecordsRequest } from '@aws-sdk/client-timestream-write';
import { mockAws } from './mockAws.ts';

/** A record, dimensions and all, in bytes. */
const MAX_RECORD_BYTES = 2_048;
const MAX_RECORDS = 100;
const ROWS_PER_PAGE = 7;

/**
 * Both clients of Timestream, answered from memory within the limits of the service: too much or too big is refused, another
 * record in the place of one needs a higher version, answers come in pages. It understands the one query we ask.
 */
export const fakeTimestream = () => {
  const kept = new Map<string, { segment: string; part: string; bytes: string; version: number }>();
  const write = mockAws(TimestreamWriteClient);
  const query = mockAws(TimestreamQueryClient);

  const writeRecords = (input: unknown) => {
    const { CommonAttributes: common, Records = [] } = input as WriteRecordsRequest;
    if (Records.length > MAX_RECORDS) throw named('ValidationException', `${Records.length} records`);
    const segment = common!.Dimensions![0]!.Value!;
    const version = Number(common!.Version);
    const RejectedRecords = Records.flatMap(({ Time, MeasureValues = [] }, RecordIndex) => {
      const [part, bytes] = MeasureValues.map(({ Value }) => Value!) as [string, string];
      const size = JSON.stringify([segment, part, bytes, common!.MeasureName]).length;
      if (size > MAX_RECORD_BYTES) return { RecordIndex, Reason: `The record has ${size} bytes` };
      const before = kept.get(`${segment} ${Time}`);
      if (before && before.version >= version && before.bytes !== bytes)
        return { RecordIndex, Reason: 'A higher version exists', ExistingVersion: before.version };
      kept.set(`${segment} ${Time}`, { segment, part, bytes, version });
      return [];
    });
    if (RejectedRecords.length > 0) throw named('RejectedRecordsException', 'some were rejected', { RejectedRecords });
    return { RecordsIngested: { Total: Records.length } };
  };

  const select = (input: unknown) => {
    const { QueryString, NextToken = '0' } = input as { QueryString: string; NextToken?: string };
    const wanted = [...QueryString.matchAll(/segment = '([^']+)' AND time .*? AND part BETWEEN (\d+) AND (\d+)/g)];
    const rows = [...kept.values()].filter(({ segment, part }) =>
      wanted.some(
        ([, name, first, last]) => segment === name && Number(part) >= Number(first) && Number(part) <= Number(last),
      ),
    );
    const end = Number(NextToken) + ROWS_PER_PAGE;
    return {
      Rows: rows.slice(Number(NextToken), end).map(({ segment, part, bytes }) => ({
        Data: [segment, part, bytes].map((ScalarValue) => ({ ScalarValue })),
      })),
      ...(end < rows.length && { NextToken: String(end) }),
    };
  };

  /** Answers as the service does, until told otherwise. */
  const work = () => {
    write.on(WriteRecordsCommand).callsFake(writeRecords);
    query.on(QueryCommand).callsFake(select);
  };
  work();
  return { write, query, work, kept };
};

export const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name }, more);
