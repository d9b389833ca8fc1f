import { describe, expect, it } from 'vitest';
import { consumedUnits, transactionUnits } from '../../bench/aws-cost/dynamoUnits.ts';
import { type Item, itemBytes } from '../../bench/aws-cost/itemSize.ts';

const text = (bytes: number): Item => ({ pk: { S: 'p' }, sk: { S: 's' }, data: { S: 'x'.repeat(bytes - 10) } });

describe('the size of an item', () => {
  it.each<[Item | undefined, number]>([
    [undefined, 0],
    [{ name: { S: 'é' } }, 4 + 2],
    [{ n: { N: '123456' } }, 1 + 3 + 1],
    [{ n: { N: '-1.50' } }, 1 + 1 + 1 + 1],
    [{ b: { B: Buffer.alloc(100).toString('base64') } }, 1 + 100],
    [{ l: { L: [{ S: 'ab' }, { BOOL: true }] } }, 1 + 3 + (1 + 2) + (1 + 1)],
    [{ m: { M: { a: { NULL: true } } } }, 1 + 3 + 1 + (1 + 1)],
    [text(1024), 1024],
  ])('%j is %i bytes', (item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe('what a write costs', () => {
  const transaction = (actions: object[]) => ({ action: 'TransactWriteItems', input: { TransactItems: actions } });
  const put = (Item: Item) => ({ Put: { TableName: 't', Item } });

  it('is a unit for each KB of each item, twice in a transaction', async () => {
    const afterwards = await transactionUnits(transaction([put(text(1024)), put(text(1025))]), async () => undefined);

    expect(await afterwards()).toEqual({ dynamoWrite: 2 * (1 + 2) });
  });

  it('is by the larger of what was there and what is there: deleting a large item is dear', async () => {
    const there: (Item | undefined)[] = [text(5_000), undefined];
    const remove = { Delete: { TableName: 't', Key: { pk: { S: 'p' }, sk: { S: 's' } } } };
    const afterwards = await transactionUnits(transaction([remove]), async () => there.shift());

    expect(await afterwards()).toEqual({ dynamoWrite: 2 * 5 });
  });

  it('outside of one is what DynamoDB says, and at least one unit where it was refused', () => {
    const call = { action: 'PutItem', input: { Item: text(3_000) } };

    expect(consumedUnits(call, { ConsumedCapacity: { CapacityUnits: 4 } })).toEqual({ dynamoWrite: 4 });
    expect(consumedUnits(call, {})).toEqual({ dynamoWrite: 3 });
  });
});
