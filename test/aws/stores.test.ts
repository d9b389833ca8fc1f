import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { memoryBlockBytes } from '../../adapters/aws/blockBytes.ts';
import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { dynamoRollupStore } from '../../adapters/aws/dynamoRollupStore.ts';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { s3BlockBytes } from '../../adapters/aws/s3BlockBytes.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { appendContract } from '../contract/batchLog.ts';
import { deploymentStoreContract } from '../contract/deploymentStore.ts';
import { documentStoreContract } from '../contract/documentStore.ts';
import { rollupStoreContract } from '../contract/rollupStore.ts';
import { startMemoryS3 } from './memoryS3.ts';
import { awsConfig, createTables, hasMoto, type Service, startDynalite, startMoto } from './services.ts';

let made = 0;

/**
 * moto 5.2 checks conditions (`If-None-Match`, condition expressions, transactions) and writes in two steps, on several
 * threads; S3 and DynamoDB do so in one (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html:
 * of several conditional writes of one key the first to finish succeeds, the others get 412, or 409 and should try again).
 * Callers still run side by side; dynalite's stand-in for transactions takes requests in turn by itself.
 */
const oneAtATime = { httpAgent: { maxSockets: 1, keepAlive: true } };

/** Every contract on one implementation of DynamoDB; what needs S3 only where that has it. */
const contractsOn = (name: string, start: () => Promise<Service>, hasS3: boolean) =>
  describe(`on ${name}`, () => {
    let service: Service;
    let client: DynamoDBDocumentClient;
    let s3: S3Client;
    beforeAll(async () => {
      service = await start();
      const config = { ...awsConfig(service.endpoint), requestHandler: oneAtATime };
      client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
      s3 = new S3Client(config);
    });
    afterAll(() => service?.stop());
    const tables = () => createTables(client, `-${++made}`);
    const aBucket = async () => {
      const bucket = `bucket-${++made}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      return bucket;
    };

    deploymentStoreContract(`DynamoDB on ${name}`, async () =>
      dynamoDeploymentStore({ client, table: (await tables()).state }),
    );
    rollupStoreContract(`DynamoDB on ${name}, bytes ${hasS3 ? 'in S3' : 'in memory'}`, async () => {
      const bytes = hasS3 ? s3BlockBytes({ client: s3, bucket: await aBucket() }) : memoryBlockBytes();
      return dynamoRollupStore({ client, table: (await tables()).rollups, bytes });
    });
    if (!hasS3) return;
    documentStoreContract(`S3 on ${name}`, async () => s3DocumentStore({ client: s3, bucket: await aBucket() }));
    appendContract(`S3 on ${name}`, async () => {
      const log = s3BatchLog({ client: s3, bucket: await aBucket() });
      return { log, kept: log.read };
    });
  });

describe('on S3 in memory', () => {
  let service: Service;
  let s3: S3Client;
  beforeAll(async () => {
    service = await startMemoryS3();
    s3 = new S3Client(awsConfig(service.endpoint));
  });
  afterAll(() => service?.stop());
  documentStoreContract('S3 in memory', async () => s3DocumentStore({ client: s3, bucket: `bucket-${++made}` }));
});

contractsOn('dynalite', startDynalite, false);
describe.skipIf(!hasMoto)('where moto is found', () => {
  contractsOn('moto', startMoto, true);
});
