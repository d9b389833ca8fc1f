import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoApiKeyStore } from '../../adapters/aws/dynamoApiKeyStore.ts';
import { keyCrypto } from '../../adapters/http/keyCrypto.ts';
import { createApiKey } from '../../core/usecases/apiKeys.ts';
import { startMemoryS3 } from '../../test/aws/memoryS3.ts';
import { awsConfig, createTables, startDynalite } from '../../test/aws/services.ts';
import { environment } from '../handlers/environment.ts';
import type { Backends } from './meter.ts';

const BUCKET = environment.DATA_BUCKET!;

/** What the functions take for AWS: tables with one API key of a writer, a bucket, and services that have nothing to say. */
export const startStandIns = async ({ now, onPut }: { now: () => number; onPut: Backends['onPut'] }) => {
  const dynalite = await startDynalite();
  const dynamo = new DynamoDBClient(awsConfig(dynalite.endpoint));
  const tables = await createTables(dynamo);
  const { key } = await createApiKey({
    keys: dynamoApiKeyStore({ client: DynamoDBDocumentClient.from(dynamo), table: tables.state }),
    crypto: keyCrypto,
  })({ name: 'bench', roles: ['writer'], teams: [] }, now());
  const s3 = await startMemoryS3({ now });
  const backends: Backends = { s3: s3.endpoint, dynamodb: dynalite.endpoint, onPut, other: nothingElse };

  return {
    backends,
    key,
    /** What is kept under a prefix. */
    async stored(prefix: string) {
      const client = new S3Client(awsConfig(s3.endpoint));
      let [objects, bytes] = [0, 0];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: BUCKET, Prefix: prefix }))
        for (const { Size = 0 } of Contents) [objects, bytes] = [objects + 1, bytes + Size];
      return { objects, bytes };
    },
    async close() {
      await s3.stop();
      await dynalite.stop();
    },
  };
};

/** An account that runs no model of its own and has nothing in its other queues. */
const nothingElse = (service: string): unknown =>
  service === 'sqs' ? { Attributes: { ApproximateNumberOfMessages: '0' }, Successful: [] } : { Metrics: [] };
