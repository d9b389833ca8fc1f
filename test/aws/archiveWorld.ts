import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { archiveFiles } from '../../adapters/aws/archive/files.ts';
import { jobChanges } from '../../adapters/aws/archive/jobChanges.ts';
import { archiveJobs } from '../../adapters/aws/archive/jobs.ts';
import { s3Archive } from '../../adapters/aws/archive/s3Archive.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import type { ArchiveKind, ArchiveQuery } from '../../core/ports.ts';
import { ARCHIVE_KINDS } from '../../core/telemetry/archiveColumns.ts';
import { type BatchContent, emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { awsConfig, createTables } from './services.ts';

export const NOON = Date.UTC(2025, 10, 20, 12);
export const EVER = { fromMs: 0, toMs: NOON * 2 };

export const call = (timestamp: number, more: object = {}): ModelEvent =>
  ({ kind: 'inference', timestamp, deployment: 'chat', latencyMs: 12.3, status: 'ok', ...more }) as ModelEvent;
export const calls = (count: number, startMs = NOON): ModelEvent[] =>
  Array.from({ length: count }, (_, i) => call(startMs + i, { id: `${startMs + i}` }));

let made = 0;

/** A bucket and tables of their own, and an archive over them. Calls are tried once: what fails is seen. */
export const archiveWorld = async (endpoints: { s3: string; dynamo: string }) => {
  const s3 = new S3Client({ ...awsConfig(endpoints.s3), maxAttempts: 1 });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...awsConfig(endpoints.dynamo), maxAttempts: 1 }));
  const bucket = `archive-${++made}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { rollups: table } = await createTables(client, `-archive-${made}`);
  const batchLog = s3BatchLog({ client: s3, bucket });
  const gone: string[] = [];
  const onGone = (id: string) => gone.push(id);
  const archive = s3Archive({ s3, bucket, client, table, onGone });
  let entries = 0;
  let batches = 0;

  return {
    ...{ s3, client, bucket, table, archive, batchLog, gone },
    jobs: { ...archiveJobs({ client, table }), ...jobChanges({ client, table }) },
    /** The same bucket and table, reached at other addresses; `before` runs before each call. */
    through(others: { s3: string; dynamo: string }, before: () => Promise<void> = async () => undefined) {
      const otherS3 = new S3Client({ ...awsConfig(others.s3), maxAttempts: 1 });
      const otherClient = new DynamoDBClient({ ...awsConfig(others.dynamo), maxAttempts: 1 });
      const waiting = (next: (call: never) => Promise<never>) => async (call: never) => {
        await before();
        return next(call);
      };
      otherS3.middlewareStack.add(waiting as never, { step: 'initialize' });
      otherClient.middlewareStack.add(waiting as never, { step: 'initialize' });
      return s3Archive({ s3: otherS3, bucket, client: DynamoDBDocumentClient.from(otherClient), table, onGone });
    },
    /** Batches that were rolled up together, as the roll-up leaves them. */
    async rolled(...contents: Partial<BatchContent>[]): Promise<string[]> {
      const batchIds: string[] = [];
      for (const content of contents) {
        const id = (++batches).toString(16).padStart(64, '0');
        const batch = { id, receivedAt: NOON, content: { ...emptyContent(), ...content } };
        await batchLog.append({ batch, fingerprint: 'aa', receipt: { batchId: id, accepted: 1, rejected: 0 } });
        batchIds.push(id);
      }
      const sk = `${String(NOON + ++entries).padStart(15, '0')}#s${entries}`;
      await client.send(new PutCommand({ TableName: table, Item: { pk: 'archive', sk, batchIds } }));
      return batchIds;
    },
    read: (kind: ArchiveKind, query: Partial<ArchiveQuery> = {}) => readAll(archive, { kind, ...EVER, ...query }),
    /** Every file there is, by key. */
    async allFiles() {
      const found: { key: string; bytes: Uint8Array }[] = [];
      const list = archiveFiles({ client: s3, bucket });
      for (const kind of ARCHIVE_KINDS) {
        for await (const file of list.list({ kind, firstDay: '1970-01-01', lastDay: '9999-12-31' }))
          found.push({ key: file.key, bytes: (await list.read({ key: file.key, start: 0, end: file.bytes }))! });
      }
      return found;
    },
  };
};

export type ArchiveWorld = Awaited<ReturnType<typeof archiveWorld>>;

export const readAll = async (archive: Pick<ReturnType<typeof s3Archive>, 'read'>, query: ArchiveQuery) => {
  const found: Record<string, unknown>[] = [];
  for await (const record of archive.read(query)) found.push(record);
  return found;
};

/** As a schedule does: until nothing waits. */
export const addAll = async (archive: Pick<ReturnType<typeof s3Archive>, 'add'>, maxItems = 1000): Promise<number> => {
  let items = 0;
  for (;;) {
    const added = await archive.add({ maxItems });
    if (added.batches === 0) return items;
    items += added.items;
  }
};
