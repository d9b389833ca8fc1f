import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { startTransactionalDynalite } from './transactions.ts';

/** Something that speaks AWS's protocols on this machine. */
export interface Service {
  endpoint: string;
  stop(): Promise<void>;
}

/** DynamoDB in this process, with transactions; what it deviates in is said in transactions.ts. */
export const startDynalite = (): Promise<Service> => startTransactionalDynalite();

const isOnPath = (program: string) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Tests that need moto run where it is found: `describe.skipIf(!hasMoto)`. `pip install 'moto[server]'` brings it. */
export const hasMoto = isOnPath('moto_server');
if (!hasMoto) console.warn('SKIPPED: everything that needs moto, since moto_server is not on the PATH');

const STARTING_MS = 30_000;

/** moto's server on a free port. Its Lambdas run without Docker. */
export const startMoto = async (): Promise<Service> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
  const config = { method: 'POST', body: JSON.stringify({ lambda: { use_docker: false } }) };
  for (const untilMs = Date.now() + STARTING_MS; ; ) {
    const answer = await fetch(`${endpoint}/moto-api/config`, config).catch(() => undefined);
    if (answer?.ok) return { endpoint, stop };
    if (Date.now() > untilMs || child.exitCode !== null) {
      await stop();
      throw new Error(`moto_server did not start within ${STARTING_MS / 1000} s`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
};

/** Free when asked: another process may take it, so ask just before use. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

/** Options of any AWS SDK client that talks to such a service. */
export const awsConfig = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  forcePathStyle: true, // S3
});

const KEYS: KeySchemaElement[] = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
];
const ATTRIBUTES: AttributeDefinition[] = [
  { AttributeName: 'pk', AttributeType: 'S' },
  { AttributeName: 'sk', AttributeType: 'S' },
];

/** The two tables as the data stack makes them, ready for use; a suffix keeps tests that share a service apart. */
export const createTables = async (client: Pick<DynamoDBClient, 'send'>, suffix = '') => {
  const tables = { rollups: `rollups${suffix}`, state: `state${suffix}` };
  for (const TableName of Object.values(tables)) {
    await client.send(
      new CreateTableCommand({
        TableName,
        KeySchema: KEYS,
        AttributeDefinitions: ATTRIBUTES,
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    while ((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus !== 'ACTIVE');
  }
  return tables;
};
