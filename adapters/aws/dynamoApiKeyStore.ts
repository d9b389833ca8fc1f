import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ApiKey, ApiKeyStore } from '../../core/ports.ts';
import { failingAs, nameOf } from './awsError.ts';
import { getAll, queryAll, transact } from './dynamo.ts';

/** Items of this partition name the keys that there are, so that listing them scans nothing. */
const NAMES = 'apikeys';
const itemKey = (id: string) => ({ pk: `apikey#${id}`, sk: '-' });

/**
 * API keys in the table of state, an item for each. Reads are consistent: a key that was revoked is refused from then on.
 * No item is left to expire (TTL): who had which key when stays on record.
 */
export const dynamoApiKeyStore = ({
  client,
  table,
}: {
  client: DynamoDBDocumentClient;
  table: string;
}): ApiKeyStore => {
  const names = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': NAMES },
    ConsistentRead: true,
  };
  const keyOf = ({ pk: _, sk: __, ...key }: Record<string, unknown>) => key as unknown as ApiKey;

  return {
    add: (key) =>
      failingAs('keep an API key', async () => {
        const unmet = await transact(client, [
          {
            Put: {
              TableName: table,
              Item: { ...key, ...itemKey(key.id) },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          { Put: { TableName: table, Item: { pk: NAMES, sk: key.id } } },
        ]);
        return unmet.length === 0;
      }),
    get: (id) =>
      failingAs('read an API key', async () => {
        const { Item } = await client.send(
          new GetCommand({ TableName: table, Key: itemKey(id), ConsistentRead: true }),
        );
        return Item && keyOf(Item);
      }),
    list: () =>
      failingAs('list API keys', async () => {
        const ids = (await queryAll(client, names)).map(({ sk }) => sk as string);
        const keys = (await getAll(client, table, ids.map(itemKey))).map(keyOf);
        return keys.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
      }),
    isEmpty: () =>
      failingAs('look for API keys', async () => {
        const { Count } = await client.send(new QueryCommand({ ...names, Limit: 1, Select: 'COUNT' }));
        return Count === 0;
      }),
    revoke: (id, atMs) =>
      failingAs('revoke an API key', async () => {
        const update = new UpdateCommand({
          TableName: table,
          Key: itemKey(id),
          UpdateExpression: 'SET revokedMs = if_not_exists(revokedMs, :at)',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':at': atMs },
          ReturnValues: 'ALL_NEW',
        });
        const answer = await client.send(update).catch((error) => {
          if (nameOf(error) === 'ConditionalCheckFailedException') return undefined;
          throw error;
        });
        return answer?.Attributes && keyOf(answer.Attributes);
      }),
  };
};
