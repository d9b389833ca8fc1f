import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoApiKeyStore } from '../../adapters/aws/dynamoApiKeyStore.ts';
import { anApiKey, apiKeyStoreContract } from '../contract/apiKeyStore.ts';
import { awsConfig, createTables, hasMoto, type Service, startDynalite, startMoto } from './services.ts';

const contractOn = (name: string, start: () => Promise<Service>) => {
  let service: Service;
  let client: DynamoDBDocumentClient;
  let made = 0;
  beforeAll(async () => {
    service = await start();
    client = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(service.endpoint)));
  });
  afterAll(() => service?.stop());

  apiKeyStoreContract(`DynamoDB on ${name}`, async () =>
    dynamoApiKeyStore({ client, table: (await createTables(client, `-keys-${++made}`)).state }),
  );
};

describe('on dynalite', () => contractOn('dynalite', startDynalite));
describe.skipIf(!hasMoto)('where moto is found', () => contractOn('moto', startMoto));

describe('a table of state that cannot be asked', () => {
  it('is a failure, and neither a key nor the lack of one', async () => {
    const client = DynamoDBDocumentClient.from(
      new DynamoDBClient({ ...awsConfig('http://127.0.0.1:1'), maxAttempts: 1 }),
    );
    const store = dynamoApiKeyStore({ client, table: 'state' });

    for (const asked of [store.get(anApiKey(1).id), store.isEmpty(), store.list(), store.revoke(anApiKey(1).id, 1)])
      await expect(asked).rejects.toMatchObject({ code: 'storageFailed' });
  });
});
