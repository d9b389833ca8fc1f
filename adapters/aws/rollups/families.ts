import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { queryAll, writeAll } from '../dynamo.ts';
import { FAMILIES_PK } from './keys.ts';

/** The names of families that have, had or were about to have a block. */
export const familyNames = ({ client, table }: { client: DynamoDBDocumentClient; table: string }) => {
  const known = new Set<string>();
  const list = async (): Promise<string[]> => {
    const items = await queryAll(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': FAMILIES_PK },
      ConsistentRead: true,
    });
    for (const { sk } of items) known.add(sk as string);
    return items.map(({ sk }) => sk as string).sort();
  };

  return {
    list,
    /** Makes sure that these are among them: before their first blocks are. */
    async remember(families: Iterable<string>): Promise<void> {
      const isNew = (family: string) => !known.has(family);
      const wanted = [...new Set(families)];
      if (wanted.some(isNew)) await list(); // others may have written them
      const added = wanted.filter(isNew);
      await writeAll(
        client,
        table,
        added.map((sk) => ({ PutRequest: { Item: { pk: FAMILIES_PK, sk } } })),
      );
      for (const family of added) known.add(family);
    },
  };
};

export type FamilyNames = ReturnType<typeof familyNames>;
