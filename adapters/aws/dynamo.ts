import { randomUUID } from 'node:crypto';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type BatchWriteCommandOutput,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { AppError } from '../../core/errors.ts';
import { isBusy, nameOf } from './awsError.ts';
import { MAX_TRIES, pause, retrying } from './retry.ts';

/** Limits of the DynamoDB API. */
const KEYS_PER_GET = 100;
const WRITES_PER_CALL = 25;
export const ACTIONS_PER_TRANSACTION = 100;

export type Item = Record<string, unknown>;
export type Key = { pk: string; sk: string };
export type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** All items of a query, page by page (each holds at most 1 MB), in the order of their sort keys. */
export const queryAll = async (client: DynamoDBDocumentClient, query: QueryCommandInput): Promise<Item[]> => {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await client.send(new QueryCommand({ ...query, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
};

/** The items of these keys that exist, in any order, as they are now; a key may be named more than once. */
export const getAll = async (client: DynamoDBDocumentClient, table: string, keys: readonly Key[]): Promise<Item[]> => {
  const distinct = [...new Map(keys.map((key) => [JSON.stringify([key.pk, key.sk]), key])).values()];
  const items: Item[] = [];
  for (let i = 0; i < distinct.length; i += KEYS_PER_GET) {
    const wanted = { Keys: distinct.slice(i, i + KEYS_PER_GET), ConsistentRead: true };
    let left: BatchGetCommandInput['RequestItems'] = { [table]: wanted };
    for (let tries = 1; left?.[table]; tries++) {
      const answer: BatchGetCommandOutput = await client.send(new BatchGetCommand({ RequestItems: left }));
      items.push(...(answer.Responses?.[table] ?? []));
      left = await unprocessed(answer.UnprocessedKeys, tries, 'read');
    }
  }
  return items;
};

type Write = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

/** Puts and deletes without conditions, in any order; not all or nothing. No key may be named twice. */
export const writeAll = async (
  client: DynamoDBDocumentClient,
  table: string,
  writes: readonly Write[],
): Promise<void> => {
  for (let i = 0; i < writes.length; i += WRITES_PER_CALL) {
    let left: BatchWriteCommandInput['RequestItems'] = { [table]: writes.slice(i, i + WRITES_PER_CALL) };
    for (let tries = 1; left?.[table]; tries++) {
      const answer: BatchWriteCommandOutput = await client.send(new BatchWriteCommand({ RequestItems: left }));
      left = await unprocessed(answer.UnprocessedItems, tries, 'write');
    }
  }
};

/** What DynamoDB had no capacity for, after a pause; undefined = nothing. Throws AppError overloaded when it tried often enough. */
const unprocessed = async <T extends object>(left: T | undefined, tries: number, doing: string) => {
  if (!left || Object.keys(left).length === 0) return undefined;
  if (tries >= MAX_TRIES) throw new AppError('overloaded', `DynamoDB left some items out at each ${doing}: try again`);
  await pause(tries);
  return left;
};

/** Reasons of a cancelled transaction that may pass. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Does all of the actions or none. Conflicts with others and throttling are tried again a bounded number of times, as one
 * and the same request, so that one that succeeded without our hearing of it is not done twice.
 *
 * @returns the positions of actions whose condition did not hold, when nothing was done; [] = done
 */
export const transact = async (client: DynamoDBDocumentClient, actions: readonly Action[]): Promise<number[]> => {
  const input = { TransactItems: [...actions], ClientRequestToken: randomUUID() };
  try {
    await retrying(() => client.send(new TransactWriteCommand(input)), mayPass);
    return [];
  } catch (error) {
    const unmet = reasonsOf(error).flatMap((code, i) => (code === 'ConditionalCheckFailed' ? [i] : []));
    if (unmet.length > 0) return unmet;
    throw error;
  }
};

const mayPass = (error: unknown): boolean => {
  const codes = reasonsOf(error);
  return isBusy(error) || (codes.some((code) => PASSING.has(code)) && !codes.includes('ConditionalCheckFailed'));
};

const reasonsOf = (error: unknown): string[] => {
  if (nameOf(error) !== 'TransactionCanceledException') return [];
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code ?? 'None');
};
