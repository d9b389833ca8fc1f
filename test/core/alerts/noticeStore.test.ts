import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { dynamoNoticeStore } from '../../../adapters/aws/dynamoNoticeStore.ts';
import { memoryNoticeStore } from '../../../adapters/memory/noticeStore.ts';
import { awsConfig, createTables, type Service, startDynalite } from '../../aws/services.ts';
import { noticeStoreContract } from '../../contract/noticeStore.ts';

let dynalite: Service;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

let made = 0;
noticeStoreContract('memory', async () => memoryNoticeStore());
noticeStoreContract('dynamodb', async () => {
  const client = new DynamoDBClient(awsConfig(dynalite.endpoint));
  const { state } = await createTables(client, `-${made++}`);
  return dynamoNoticeStore({ client: DynamoDBDocumentClient.from(client), table: state });
});
