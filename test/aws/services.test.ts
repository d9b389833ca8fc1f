import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConfig, createTables, hasMoto, type Service, startDynalite, startMoto } from './services.ts';

const onDynamo = (name: string, start: () => Promise<Service>) =>
  describe(`transactions on ${name}`, () => {
    let service: Service;
    let client: DynamoDBDocumentClient;
    beforeAll(async () => {
      service = await start();
      client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
      await createTables(client);
    });
    afterAll(() => service?.stop());
    const get = async (pk: string) =>
      (await client.send(new GetCommand({ TableName: 'rollups', Key: { pk, sk: '-' }, ConsistentRead: true }))).Item;
    const put = (pk: string, more = {}) => ({ Put: { TableName: 'rollups', Item: { pk, sk: '-' }, ...more } });
    const ifNew = { ConditionExpression: 'attribute_not_exists(pk)' };

    it('write all of it', async () => {
      await client.send(new TransactWriteCommand({ TransactItems: [put('a'), put('b', ifNew)] }));

      expect([await get('a'), await get('b')]).toEqual([
        { pk: 'a', sk: '-' },
        { pk: 'b', sk: '-' },
      ]);
    });

    it('write nothing when one condition fails, and say which', async () => {
      await client.send(new PutCommand({ TableName: 'rollups', Item: { pk: 'there', sk: '-', n: 1 } }));
      const failing = client.send(
        new TransactWriteCommand({ TransactItems: [put('c'), put('there', ifNew), put('d')] }),
      );

      await expect(failing).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }, { Code: 'None' }],
      });
      expect([await get('c'), await get('d'), await get('there')]).toEqual([
        undefined,
        undefined,
        { pk: 'there', sk: '-', n: 1 },
      ]);
    });

    it('succeed once more when they are sent again as the same request', async () => {
      const again = { TransactItems: [put('once', ifNew)], ClientRequestToken: 'one-and-the-same' };
      await client.send(new TransactWriteCommand(again));

      const answer = client.send(new TransactWriteCommand(again));

      if (name === 'moto') await expect(answer).rejects.toMatchObject({ name: 'TransactionCanceledException' });
      else await answer;
    });

    it('take no more than 100 actions', async () => {
      const items = Array.from({ length: 101 }, (_, i) => put(`n${i}`));

      await expect(client.send(new TransactWriteCommand({ TransactItems: items }))).rejects.toThrow();
    });
  });

onDynamo('dynalite', startDynalite);
// moto 5.2 knows no ClientRequestToken; the API reference says that a request sent again with it succeeds and changes nothing.
describe.skipIf(!hasMoto)('where moto is found', () => {
  onDynamo('moto', startMoto);
});
