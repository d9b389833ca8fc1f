import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Deployment, DeploymentStore } from '../../core/ports.ts';
import { zstd } from '../zstd.ts';
import { failingAs, isBusy, nameOf } from './awsError.ts';
import { queryAll } from './dynamo.ts';
import { retrying } from './retry.ts';

const PK = 'deployment';
const { compress, decompress } = zstd();
const lost = (error: unknown) => nameOf(error) === 'ConditionalCheckFailedException';

/**
 * The registry in the table of state, one item for each entry, packed, since all of it is read with each roll-up. `version`
 * is drawn anew with each write: an update that another one overtook sees it and decides once more.
 */
export const dynamoDeploymentStore = ({
  client,
  table,
}: {
  client: DynamoDBDocumentClient;
  table: string;
}): DeploymentStore => {
  const itemOf = (deployment: Deployment) => ({
    pk: PK,
    sk: deployment.deployment,
    entry: compress(Buffer.from(JSON.stringify(deployment))),
    version: randomUUID(),
  });
  const deploymentOf = ({ entry }: Record<string, unknown>): Deployment =>
    JSON.parse(Buffer.from(decompress(entry as Uint8Array)).toString());
  const itemFor = async (name: string) =>
    (await client.send(new GetCommand({ TableName: table, Key: { pk: PK, sk: name }, ConsistentRead: true }))).Item;

  return {
    list: () =>
      failingAs('list deployments', async () => {
        const items = await queryAll(client, {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': PK },
          ConsistentRead: true,
        });
        // DynamoDB sorts by UTF-8, which differs from the order of strings.
        return items.map(deploymentOf).sort((a, b) => (a.deployment < b.deployment ? -1 : 1));
      }),
    get: (name) =>
      failingAs('read a deployment', async () => {
        const item = await itemFor(name);
        return item && deploymentOf(item);
      }),
    put: (deployment) =>
      failingAs('keep a deployment', async () => {
        await client.send(new PutCommand({ TableName: table, Item: itemOf(deployment) }));
      }),
    update: (name, change) =>
      failingAs('keep a deployment', () =>
        retrying(
          async () => {
            const before = await itemFor(name);
            const after = change(before && deploymentOf(before));
            if (!after) return;
            const condition = before
              ? { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': before.version } }
              : { ConditionExpression: 'attribute_not_exists(pk)' };
            await client.send(new PutCommand({ TableName: table, Item: itemOf(after), ...condition }));
          },
          (error) => lost(error) || isBusy(error),
        ),
      ),
  };
};
