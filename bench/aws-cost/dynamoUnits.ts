import type { Units } from '../../adapters/cli/estimate/prices.ts';
import { type Item, itemBytes } from './itemSize.ts';

const KB = 1024;
/** A write costs a unit for each KB of the larger of what was there and what is there now, and at least one. */
const writeUnits = (before: number, after: number) => Math.max(1, Math.ceil(Math.max(before, after) / KB));
/** Each action of a transaction is prepared, then committed. */
const IN_TRANSACTION = 2;

export interface DynamoCall {
  action: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all actions there are
  input: any;
}

/** Reads one item of the table as it is now; counted nowhere. */
export type Peek = (table: string, key: Item) => Promise<Item | undefined>;

/** Asks DynamoDB to say what a call consumes; a transaction is worked out from its items instead. */
export const asking = ({ action, input }: DynamoCall): object =>
  action === 'TransactWriteItems' ? input : { ...input, ReturnConsumedCapacity: 'TOTAL' };

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

interface Consumed {
  ConsumedCapacity?: { CapacityUnits: number } | { CapacityUnits: number }[];
}

/** What a call cost, given what was answered to `asking`. One that was refused costs as much as one that was not. */
export const consumedUnits = ({ action, input }: DynamoCall, answer: Consumed): Units => {
  const consumed = [answer.ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
  if (READS.has(action)) return { dynamoRead: consumed };
  return { dynamoWrite: Math.max(consumed, writeUnits(0, itemBytes(input.Item))) };
};

interface Action {
  TableName: string;
  Item?: Item;
  Key?: Item;
}

/** What a transaction costs: called before it, answers what is to be called after it. */
export const transactionUnits = async ({ input }: DynamoCall, peek: Peek): Promise<() => Promise<Units>> => {
  const actions: Action[] = input.TransactItems.map((each: Record<string, Action>) => Object.values(each)[0]!);
  const sizesNow = () =>
    Promise.all(
      actions.map(async ({ TableName, Item, Key }) =>
        itemBytes(await peek(TableName, Key ?? { pk: Item!.pk!, sk: Item!.sk! })),
      ),
    );
  const before = await sizesNow();
  return async () => {
    const after = await sizesNow();
    const units = actions.map(({ Item }, i) => writeUnits(before[i]!, Math.max(after[i]!, itemBytes(Item))));
    return { dynamoWrite: IN_TRANSACTION * units.reduce((sum, each) => sum + each, 0) };
  };
};
