import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { failingAs } from './awsError.ts';

/**
 * When this installation was asked for the first time, epoch milliseconds: `nowMs` at that time. Kept in the table of rollups
 * as `installed` / `-`.
 */
export const installedSince = (of: { client: DynamoDBDocumentClient; table: string; nowMs: number }): Promise<number> =>
  failingAs('look up the time of installation', async () => {
    const { Attributes } = await of.client.send(
      new UpdateCommand({
        TableName: of.table,
        Key: { pk: 'installed', sk: '-' },
        UpdateExpression: 'SET atMs = if_not_exists(atMs, :now)',
        ExpressionAttributeValues: { ':now': of.nowMs },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes!.atMs as number;
  });
