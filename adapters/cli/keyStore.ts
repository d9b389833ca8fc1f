import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ApiKeyStore } from '../../core/ports.ts';
import { awsSession, clientOptions, profileOption, regionOption } from './awsSession.ts';
import { badInput, Failure } from './failure.ts';
import { dataOption } from './options.ts';

/** Where keys are: in a data folder, or in a deployment in AWS. */
export interface StoreOptions {
  data: string;
  aws?: true;
  stack: string;
  region?: string;
  profile?: string;
}

const OUTPUT = 'StateTable';

export const addStoreOptions = (command: Command): Command =>
  command
    .addOption(dataOption())
    .option('--aws', 'the keys of a deployment in AWS, not those of a data folder')
    .addOption(new Option('--stack <name>', 'with --aws: the stack that holds the data').default('ModelmeterData'))
    .addOption(regionOption())
    .addOption(profileOption());

/** A store of keys, and what to call it. */
export interface OpenStore {
  keys: ApiKeyStore;
  /** `in /var/lib/modelmeter` */
  where: string;
  isLocal: boolean;
  close(): void;
}

/**
 * Opens the store that the options name.
 *
 * @param opening.make make a data folder where there is none
 * @throws Failure where options contradict each other or there is no such store
 */
export const openStore = async (
  options: StoreOptions,
  { command, make = false }: { command: Command; make?: boolean },
): Promise<OpenStore> => {
  const isTold = (name: string) => command.getOptionValueSource(name) === 'cli';
  if (options.aws) {
    if (isTold('data')) throw badInput('--data names a folder of this machine, --aws a deployment: give one of them');
    return openTable(options);
  }
  for (const name of ['stack', 'region', 'profile'])
    if (isTold(name)) throw badInput(`--${name} goes with --aws: without it the keys of a data folder are meant`);
  const { apiKeysIn } = await import('../local/apiKeys.ts');
  const dataDir = resolve(options.data);
  const keys = apiKeysIn(dataDir, make);
  if (!keys) throw badInput(`${dataDir} holds no data of Modelmeter: name its data folder with --data, or say --aws`);
  return { keys, where: `in ${dataDir}`, isLocal: true, close: () => keys.close() };
};

const openTable = async (options: StoreOptions): Promise<OpenStore> => {
  const [
    { CloudFormationClient },
    { DynamoDBClient },
    { DynamoDBDocumentClient },
    { stackOutputs },
    { dynamoApiKeyStore },
  ] = await Promise.all([
    import('@aws-sdk/client-cloudformation'), // what loads the SDK is loaded only now
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
    import('../aws/stackOutputs.ts'),
    import('../aws/dynamoApiKeyStore.ts'),
  ]);
  const { stack } = options;
  const session = await awsSession(options);
  const client = new CloudFormationClient(clientOptions(session));
  const outputs = await stackOutputs({ client, stack }).catch((cause: Error) => {
    if (cause.name !== 'CredentialsProviderError') throw cause;
    throw new Failure(`no AWS credentials are found: log in (aws sso login), or set AWS_PROFILE; ${cause.message}`, {
      cause,
    });
  });
  const table = outputs[OUTPUT];
  if (!table) throw new Failure(`the stack ${stack} has no output ${OUTPUT}: is it that of the data, of this version?`);
  const dynamo = new DynamoDBClient(clientOptions(session));
  const keys = dynamoApiKeyStore({ client: DynamoDBDocumentClient.from(dynamo), table });
  return { keys, where: `of ${stack} in ${session.region}`, isLocal: false, close: () => dynamo.destroy() };
};
