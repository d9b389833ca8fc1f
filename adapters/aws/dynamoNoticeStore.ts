import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Notice } from '../../core/alerts/notice.ts';
import type { NoticeStore } from '../../core/ports.ts';
import { failingAs } from './awsError.ts';
import { queryAll } from './dynamo.ts';

/** Open notices in the table of state: `notice#<scan>` / id. */
export const dynamoNoticeStore = ({
  client,
  table,
}: {
  client: DynamoDBDocumentClient;
  table: string;
}): NoticeStore => {
  const keyOf = (scan: string, id: string) => ({ pk: `notice#${scan}`, sk: id });
  return {
    open: (scan) =>
      failingAs('read open notices', async () => {
        const items = await queryAll(client, {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `notice#${scan}` },
          ConsistentRead: true,
        });
        return items.map(({ notice }) => JSON.parse(notice as string) as Notice);
      }),
    add: (scan, notice) =>
      failingAs('remember a notice', async () => {
        const item = { ...keyOf(scan, notice.id), notice: JSON.stringify(notice) };
        await client.send(new PutCommand({ TableName: table, Item: item }));
      }),
    remove: (scan, id) =>
      failingAs('forget a notice', async () => {
        await client.send(new DeleteCommand({ TableName: table, Key: keyOf(scan, id) }));
      }),
  };
};
