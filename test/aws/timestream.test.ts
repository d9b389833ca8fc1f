import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QueryCommand, TimestreamQueryClient } from '@aws-sdk/client-timestream-query';
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  TimestreamWriteClient,
  WriteRecordsCommand,
} from '@aws-sdk/client-timestream-write';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { segmentIds } from '../../adapters/aws/rollups/segments.ts';
import { timestreamBlockBytes } from '../../adapters/aws/timestreamBlockBytes.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { rollupStoreContract } from '../contract/rollupStore.ts';
import { fakeTimestream, named } from './fakeTimestream.ts';
import { awsConfig, createTables, hasMoto, type Service, startDynalite, startMoto } from './services.ts';

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256);
const newId = segmentIds(Date.now);
const fake = fakeTimestream();
const config = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

describe('bytes of blocks in Timestream', () => {
  const write = new TimestreamWriteClient(config);
  const query = new TimestreamQueryClient(config);
  const bytes = timestreamBlockBytes({ write, query, database: 'modelmeter', table: 'blocks' });
  const callsTo = (mock: typeof fake.write, command: never) =>
    mock.commandCalls(command).map(({ args }) => args[0].input as Record<string, unknown>);
  const writes = () => callsTo(fake.write, WriteRecordsCommand as never);
  afterEach(() => {
    fake.write.reset();
    fake.query.reset();
    fake.work();
  });

  it.each([0, 1, 1_439, 1_440, 1_441, 300_000])('gives back any piece of a segment of %i bytes', async (length) => {
    const [segmentId, content] = [newId(), bytesOf(length)];
    await bytes.put(segmentId, content);

    const pieces = [
      { offset: 0, length },
      { offset: Math.floor(length / 3), length: Math.floor(length / 2) },
      { offset: Math.max(0, length - 1), length: Math.min(1, length) },
    ];

    const read = await bytes.read(pieces.map((piece) => ({ segmentId, ...piece })));
    expect(read.map((each) => Buffer.from(each!).toString('hex'))).toEqual(
      pieces.map(({ offset, length: size }) => Buffer.from(content.subarray(offset, offset + size)).toString('hex')),
    );
  });

  it('writes 100 records a call, what they have in common said once, each part in its own nanosecond', async () => {
    const segmentId = newId();
    await bytes.put(segmentId, bytesOf(1_440 * 250));

    const records = writes().map(({ Records }) => Records as { Time: string }[]);
    expect(records.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(new Set(records.flat().map(({ Time }) => Time)).size).toBe(250);
    expect(writes()[0]).toMatchObject({
      DatabaseName: 'modelmeter',
      TableName: 'blocks',
      CommonAttributes: {
        Dimensions: [{ Name: 'segment', Value: segmentId }],
        MeasureName: 'blocks',
        MeasureValueType: 'MULTI',
        TimeUnit: 'NANOSECONDS',
        Version: 1,
      },
    });
  });

  it('takes the same segment again, and puts another one in its place by a higher version', async () => {
    const segmentId = newId();
    const read = async () => Buffer.from((await bytes.read([{ segmentId, offset: 0, length: 5 }]))[0]!);
    await bytes.put(segmentId, bytesOf(5));
    await bytes.put(segmentId, bytesOf(5));
    expect(await read()).toEqual(Buffer.from(bytesOf(5)));

    await bytes.put(segmentId, Uint8Array.of(9, 9, 9, 9, 9));

    expect(await read()).toEqual(Buffer.of(9, 9, 9, 9, 9));
    expect(writes().map(({ CommonAttributes }) => (CommonAttributes as { Version: number }).Version)).toEqual([
      1, 1, 1, 2,
    ]);
  });

  it('says why records were rejected, and does not send them again', async () => {
    const RejectedRecords = [
      { RecordIndex: 0, Reason: 'The record timestamp is outside the time range of the memory store.' },
      { RecordIndex: 1, ExistingVersion: 4, Reason: 'A higher version exists' },
    ];
    fake.write.on(WriteRecordsCommand as never).rejects(named('RejectedRecordsException', 'no', { RejectedRecords }));

    await expect(bytes.put(newId(), bytesOf(3_000))).rejects.toMatchObject({
      code: 'storageFailed',
      message: expect.stringContaining('outside the time range'),
    });
    expect(writes()).toHaveLength(1);
  });

  it('tries again when it is throttled, a bounded number of times', async () => {
    const segmentId = newId();
    fake.write
      .on(WriteRecordsCommand as never)
      .rejectsOnce(named('ThrottlingException', 'slow down'))
      .callsFake(() => ({}));
    await bytes.put(segmentId, bytesOf(1));
    expect(writes()).toHaveLength(2);

    fake.write.on(WriteRecordsCommand as never).rejects(named('ThrottlingException', 'slow down'));
    await expect(bytes.put(segmentId, bytesOf(1))).rejects.toMatchObject({ code: 'overloaded' });
    expect(writes()).toHaveLength(2 + 6);
  });

  it('waits for what queries do not show yet, and never takes it for gone', async () => {
    const [segmentId, other] = [newId(), newId()];
    await bytes.put(segmentId, bytesOf(3));
    await bytes.put(other, bytesOf(3));
    fake.query.on(QueryCommand as never).resolves({ Rows: [] });
    const asking = bytes.read([{ segmentId, offset: 0, length: 3 }]);
    setTimeout(() => fake.work(), 30);
    expect(Buffer.from((await asking)[0]!)).toEqual(Buffer.from(bytesOf(3)));

    fake.query.on(QueryCommand as never).resolves({ Rows: [] });
    await expect(bytes.read([{ segmentId: other, offset: 0, length: 3 }])).rejects.toMatchObject({
      code: 'overloaded',
    });
  });

  it('takes what is older than an hour and not there for gone, as when the table has dropped it', async () => {
    const old = segmentIds(() => Date.now() - 2 * HOUR)();

    expect(await bytes.read([{ segmentId: old, offset: 0, length: 3 }])).toEqual([undefined]);
  });

  it('asks for many segments in few queries', async () => {
    const ids = Array.from({ length: 150 }, () => newId());
    for (const id of ids) await bytes.put(id, bytesOf(2));

    const read = await bytes.read(ids.map((segmentId) => ({ segmentId, offset: 1, length: 1 })));

    expect(read.every((each) => each?.[0] === 31)).toBe(true);
    const texts = callsTo(fake.query, QueryCommand as never).map(({ QueryString }) => QueryString as string);
    expect(new Set(texts).size).toBe(2);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(256 * 1024);
  });
});

describe('rollups in DynamoDB with bytes in Timestream', () => {
  let service: Service;
  let client: DynamoDBDocumentClient;
  let made = 0;
  beforeAll(async () => {
    service = await startDynalite();
    client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
  });
  afterAll(() => service?.stop());

  rollupStoreContract('DynamoDB on dynalite, bytes in Timestream', async () => {
    const { rollups: table } = await createTables(client, `-${++made}`);
    const clients = { write: new TimestreamWriteClient(config), query: new TimestreamQueryClient(config) };
    return dynamoRollupStore({ client, table, bytes: timestreamBlockBytes({ ...clients, database: 'd', table: 't' }) });
  });
});

describe.skipIf(!hasMoto)('bytes of blocks in Timestream over the wire', () => {
  let moto: Service;
  beforeAll(async () => {
    fake.write.restore();
    fake.query.restore();
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  // moto keeps what is written, but answers queries with what it was told to answer.
  it('is understood by moto, and understands its answers', async () => {
    const write = new TimestreamWriteClient(awsConfig(moto.endpoint));
    const query = new TimestreamQueryClient(awsConfig(moto.endpoint));
    await write.send(new CreateDatabaseCommand({ DatabaseName: 'modelmeter' }));
    await write.send(new CreateTableCommand({ DatabaseName: 'modelmeter', TableName: 'blocks' }));
    const bytes = timestreamBlockBytes({ write, query, database: 'modelmeter', table: 'blocks' });
    const segmentId = newId();
    const row = [segmentId, '0', Buffer.of(1, 2, 3).toString('base64')].map((ScalarValue) => ({ ScalarValue }));
    const answer = { QueryId: 'q', Rows: [{ Data: row }], ColumnInfo: [] };
    const told = { account_id: '123456789012', region: 'us-east-1', results: { null: [answer] } };
    await fetch(`${moto.endpoint}/moto-api/static/timestream/query-results`, {
      method: 'POST',
      body: JSON.stringify(told),
    });

    await bytes.put(segmentId, bytesOf(3_000));

    expect(await bytes.read([{ segmentId, offset: 1, length: 2 }])).toEqual([Buffer.of(2, 3)]);
  });
});
