import {
  QueryCommand,
  type QueryCommandOutput,
  type Row,
  type TimestreamQueryClient,
} from '@aws-sdk/client-timestream-query';
import type { TimestreamWriteClient } from '@aws-sdk/client-timestream-write';
import { AppError } from '../../core/errors.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { failingAs, isBusy } from './awsError.ts';
import type { BlockBytes, Piece } from './blockBytes.ts';
import { MAX_TRIES, pause, retrying } from './retry.ts';
import { segmentTimeMs } from './rollups/segments.ts';
import { joined, partKey, partsOf } from './timestream/parts.ts';
import { writeSegment } from './timestream/writeSegment.ts';

/** A query may be 256 KB long; each segment takes some 200 bytes of it. */
const SEGMENTS_PER_QUERY = 100;
/** Queries see what was written after a moment only. What they have not seen for so long is gone. */
const VISIBLE_WITHIN_MS = HOUR;

export interface TimestreamTable {
  write: TimestreamWriteClient;
  query: TimestreamQueryClient;
  database: string;
  table: string;
  /** Epoch ms. @default the clock */
  now?: () => number;
}

/**
 * Segments in Timestream for LiveAnalytics, as records of when the segment was made: that is the present, whatever time its
 * blocks are of, so none is too late for the table. Segments go by the table's retention.
 */
export const timestreamBlockBytes = ({
  write,
  query,
  database,
  table,
  now = Date.now,
}: TimestreamTable): BlockBytes => ({
  put: (segmentId, bytes) => failingAs('keep blocks', () => writeSegment({ write, database, table }, segmentId, bytes)),

  read: (pieces) =>
    failingAs('read blocks', async () => {
      const parts = new Map<string, Uint8Array>();
      const isMissing = (piece: Piece) => joined(piece, parts) === undefined;
      const isYoung = ({ segmentId }: Piece) => segmentTimeMs(segmentId) >= now() - VISIBLE_WITHIN_MS;
      for (let tries = 1; ; tries++) {
        const segments = [...Map.groupBy(pieces.filter(isMissing), ({ segmentId }) => segmentId).values()];
        for (let i = 0; i < segments.length; i += SEGMENTS_PER_QUERY) {
          const text = selectionOf({ database, table }, segments.slice(i, i + SEGMENTS_PER_QUERY));
          for await (const row of rowsOf(query, text)) addPart(parts, row);
        }
        const awaited = pieces.find((piece) => isMissing(piece) && isYoung(piece));
        if (!awaited) return pieces.map((piece) => joined(piece, parts));
        // Not "undefined": compaction would take it for gone, and go on without it.
        if (tries >= MAX_TRIES) {
          const what = `Timestream does not show segment ${awaited.segmentId} yet: ask again`;
          throw new AppError('overloaded', what, { retryAfterS: 5 });
        }
        await pause(tries);
      }
    }),

  async remove() {},
});

/** The query for all parts that pieces need, given by segment. */
const selectionOf = (
  { database, table }: Pick<TimestreamTable, 'database' | 'table'>,
  segments: readonly (readonly Piece[])[],
): string => {
  const conditions = segments.map((pieces) => {
    const { segmentId } = pieces[0]!;
    if (!/^[0-9a-z-]+$/.test(segmentId)) throw new AppError('invalidInput', `no segment has the id ${segmentId}`);
    const timeMs = segmentTimeMs(segmentId);
    const first = Math.min(...pieces.map((piece) => partsOf(piece).first));
    const last = Math.max(...pieces.map((piece) => partsOf(piece).last));
    const time = `time BETWEEN from_milliseconds(${timeMs}) AND from_milliseconds(${timeMs + 1})`;
    return `(segment = '${segmentId}' AND ${time} AND part BETWEEN ${first} AND ${last})`;
  });
  return `SELECT segment, part, bytes FROM "${database}"."${table}" WHERE ${conditions.join(' OR ')}`;
};

async function* rowsOf(client: TimestreamQueryClient, QueryString: string): AsyncGenerator<Row> {
  let NextToken: string | undefined;
  do {
    const command = new QueryCommand({ QueryString, NextToken });
    const page: QueryCommandOutput = await retrying(() => client.send(command), isBusy);
    yield* page.Rows ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}

const addPart = (parts: Map<string, Uint8Array>, { Data = [] }: Row): void => {
  const [segmentId, part, bytes] = Data.map(({ ScalarValue }) => ScalarValue ?? '');
  parts.set(partKey(segmentId!, part!), Buffer.from(bytes!, 'base64'));
};
