import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getAll, queryAll, transact, writeAll } from '../../adapters/aws/dynamo.ts';
import { MAX_TRIES } from '../../adapters/aws/retry.ts';
import { awsConfig, createTables, type Service, startDynalite } from './services.ts';

type Input = Record<string, unknown>;

/** A client that answers call by call what the test says, throws what is an error, and refuses any further call. */
const answering = (...answers: unknown[]) => {
  const asked: { name: string; input: Input }[] = [];
  const send = async (command: { constructor: { name: string }; input: Input }) => {
    asked.push({ name: command.constructor.name, input: structuredClone(command.input) });
    if (answers.length === 0) throw new Error('one call too many');
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, asked };
};

const cancelled = (...codes: string[]) =>
  Object.assign(new Error('Transaction cancelled'), {
    name: 'TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const named = (name: string) => Object.assign(new Error(name), { name });
const puts = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ Put: { TableName: 't', Item: { pk: String(i), sk: '-' } } }));

describe('a transaction', () => {
  it('answers which conditions did not hold', async () => {
    const { client } = answering(cancelled('None', 'ConditionalCheckFailed', 'None', 'ConditionalCheckFailed'));

    expect(await transact(client, puts(4))).toEqual([1, 3]);
  });

  it.each([
    ['a conflict with another', cancelled('None', 'TransactionConflict')],
    ['throttling', cancelled('ThrottlingError', 'None')],
    ['too little capacity', cancelled('None', 'ProvisionedThroughputExceeded')],
    ['throttling of the request', named('ThrottlingException')],
    ['the same request under way', named('TransactionInProgressException')],
    ['a failure inside DynamoDB', named('InternalServerError')],
  ])('is tried again, as the same request, after %s', async (_, failure) => {
    const { client, asked } = answering(failure, failure, {});

    expect(await transact(client, puts(2))).toEqual([]);

    expect(asked.map(({ name }) => name)).toEqual(Array(3).fill(TransactWriteCommand.name));
    expect(new Set(asked.map(({ input }) => input.ClientRequestToken)).size).toBe(1);
  });

  it('is not tried again when a condition failed beside a conflict: that will not pass', async () => {
    const { client, asked } = answering(cancelled('ConditionalCheckFailed', 'TransactionConflict'));

    expect(await transact(client, puts(2))).toEqual([0]);
    expect(asked).toHaveLength(1);
  });

  it('gives up after a bounded number of tries', async () => {
    const { client, asked } = answering(...Array(20).fill(cancelled('TransactionConflict')));

    await expect(transact(client, puts(1))).rejects.toThrow('Transaction cancelled');
    expect(asked).toHaveLength(MAX_TRIES);
  });

  it.each([
    ['an item that is not valid', cancelled('ValidationError')],
    ['a transaction too big', named('ValidationException')],
  ])('fails at once with %s', async (_, failure) => {
    const { client, asked } = answering(failure);

    await expect(transact(client, puts(1))).rejects.toBe(failure);
    expect(asked).toHaveLength(1);
  });
});

describe('items in bulk', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: String(i), sk: '-' }));

  it('are read 100 a call, each once, and again where DynamoDB left keys out', async () => {
    const [left] = keys(1);
    const { client, asked } = answering(
      { Responses: { t: [{ pk: '1' }] }, UnprocessedKeys: { t: { Keys: [left], ConsistentRead: true } } },
      { Responses: { t: [{ pk: '0' }] } },
      { Responses: { t: [{ pk: '100' }] }, UnprocessedKeys: {} },
    );

    const items = await getAll(client, 't', [...keys(101), ...keys(50)]);

    expect(items).toEqual([{ pk: '1' }, { pk: '0' }, { pk: '100' }]);
    expect(asked.map(({ name }) => name)).toEqual(Array(3).fill(BatchGetCommand.name));
    const sizes = asked.map(({ input }) => (input.RequestItems as { t: { Keys: unknown[] } }).t.Keys.length);
    expect(sizes).toEqual([100, 1, 1]);
  });

  it('are written 25 a call, and again where DynamoDB left some out', async () => {
    const writes = keys(26).map((Item) => ({ PutRequest: { Item } }));
    const { client, asked } = answering({ UnprocessedItems: { t: writes.slice(3, 5) } }, {}, {});

    await writeAll(client, 't', writes);

    expect(asked.map(({ name }) => name)).toEqual(Array(3).fill(BatchWriteCommand.name));
    const sizes = asked.map(({ input }) => (input.RequestItems as { t: unknown[] }).t.length);
    expect(sizes).toEqual([25, 2, 1]);
  });

  it('are given up as overload when DynamoDB leaves some out again and again', async () => {
    const UnprocessedKeys = { t: { Keys: keys(1) } };
    const { client, asked } = answering(...Array(20).fill({ UnprocessedKeys }));

    await expect(getAll(client, 't', keys(1))).rejects.toMatchObject({ code: 'overloaded' });
    expect(asked).toHaveLength(MAX_TRIES);
  });

  it('of none are no call', async () => {
    const { client } = answering();

    expect(await getAll(client, 't', [])).toEqual([]);
    await writeAll(client, 't', []);
  });
});

describe('a query', () => {
  let service: Service;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    service = await startDynalite();
    client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
    await createTables(client);
  });
  afterAll(() => service?.stop());

  it('reads on where a page of 1 MB ends', async () => {
    for (let i = 0; i < 5; i++) {
      const Item = { pk: 'big', sk: String(i), content: new Uint8Array(390_000) };
      await client.send(new PutCommand({ TableName: 'rollups', Item }));
    }

    const items = await queryAll(client, {
      TableName: 'rollups',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'big' },
    });

    expect(items.map(({ sk }) => sk)).toEqual(['0', '1', '2', '3', '4']);
  });
});
