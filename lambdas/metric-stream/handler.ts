import { hash } from 'node:crypto';
import type { FirehoseTransformationEvent, FirehoseTransformationResult } from 'aws-lambda';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { Decoded } from '../../core/telemetry/decoded.ts';
import { DAY, MINUTE } from '../../core/telemetry/families.ts';
import { decodeMetricStream } from '../../core/telemetry/metricStream/decode.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { emit } from '../metrics.ts';
import { s3Client } from '../s3Client.ts';
import { shell } from '../shell.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const keep = ingest({ log: s3BatchLog({ client: s3Client(), bucket: env.DATA_BUCKET }) });
const DOOR = { maxAgeMs: 35 * DAY, maxAheadMs: 10 * MINUTE, keepContent: false };
const PRINCIPAL = { id: 'metric-stream', roles: ['writer'], teams: [] } as const;

/**
 * Firehose hands over records of the metric stream to be transformed. They are kept as one batch, and dropped: nothing is
 * left for Firehose to deliver. A retry has the same records and is the same batch. What cannot be read is marked as
 * failed, and Firehose puts it into the bucket.
 */
export const handler = shell<FirehoseTransformationEvent, FirehoseTransformationResult>(async ({ records }) => {
  const nowMs = Date.now();
  const read = records.map((record) => ({ ...record, decoded: decodedOf(Buffer.from(record.data, 'base64'), nowMs) }));
  const all = read.flatMap(({ decoded }) => decoded ?? []);
  const decoded: Decoded = {
    content: { ...emptyContent(), samples: all.flatMap(({ content }) => content.samples) },
    accepted: all.reduce((sum, { accepted }) => sum + accepted, 0),
    rejected: all.flatMap(({ rejected }) => rejected),
    noted: [],
  };
  if (decoded.accepted > 0) {
    const fingerprint = hash('sha256', JSON.stringify(records.map(({ data }) => data)));
    const id = hash('sha256', JSON.stringify(['body', PRINCIPAL.id, fingerprint]));
    const { accepted, duplicate } = await keep(PRINCIPAL, { decoded, receivedAt: nowMs, id, fingerprint });
    if (!duplicate) emit(OWN.ingestedItems, accepted);
  }
  if (decoded.rejected.length > 0) emit(OWN.rejectedItems, decoded.rejected.length);
  const unread = read.filter((record) => record.decoded === undefined).length;
  if (unread > 0) emit(OWN.unreadRecords, unread);
  return {
    records: read.map(({ recordId, data, decoded }) => ({
      recordId,
      result: decoded ? ('Dropped' as const) : ('ProcessingFailed' as const),
      data,
    })),
  };
});

/** Undefined when the record cannot be read. */
const decodedOf = (record: Uint8Array, nowMs: number): Decoded | undefined => {
  try {
    return decodeMetricStream(record, { ...DOOR, nowMs });
  } catch (error) {
    log.error('a record of the metric stream cannot be read', { error });
    return undefined;
  }
};
