import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '../../core/access/roles.ts';
import { keyCrypto } from '../http/keyCrypto.ts';
import { addStoreOptions, type OpenStore, openStore, type StoreOptions } from './keyStore.ts';
import { keyJson, keySentence, keyTable, time } from './keyText.ts';
import { collect } from './options.ts';

interface CreateOptions extends StoreOptions {
  name: string;
  role: Role[];
  team?: string[];
  expires?: number;
  json?: true;
}

export const addKeys = (program: Command): Command => {
  const keys = program
    .command('keys')
    .summary('API keys: create, list, revoke')
    .description(
      'API keys, by which callers are known: each has roles, and may be bound to teams. Of a key only a hash is kept. ' +
        'Once there is one, every caller needs one, also on this machine; a running server knows at once.',
    )
    .addHelpText(
      'after',
      `
Examples:
  modelmeter keys create --name checkout --team search --role writer --expires 90d
  modelmeter keys list
  modelmeter keys revoke 0123456789ab

With --aws it takes the IAM actions cloudformation:DescribeStacks, kms:Decrypt, and on the table of state
dynamodb:GetItem, BatchGetItem, Query, PutItem, UpdateItem and ConditionCheckItem.`,
    );
  addCreate(keys);
  addList(keys);
  addRevoke(keys);
  return keys;
};

const jsonOption = () => new Option('--json', 'the answer as JSON');

const addCreate = (keys: Command): void => {
  addStoreOptions(keys.command('create'))
    .summary('make a key, and show it this once')
    .description('Make a key and write it to stdout, this once; what else there is to say goes to stderr.')
    .requiredOption('--name <name>', 'whose it is, for people')
    .addOption(
      new Option('--role <role>', 'writer sends, reader asks, admin may do all; repeat it for several')
        .argParser(roles)
        .makeOptionMandatory(),
    )
    .option('--team <team>', 'bind it to a team; repeat it for several (default: it is for all teams)', collect)
    .addOption(new Option('--expires <time>', 'after 12h, 90d or 52w (default: never)').argParser(lifetime))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  modelmeter keys create --name checkout --team search --role writer --expires 90d
  MODELMETER_TOKEN=$(modelmeter keys create --name grafana --role reader --aws --region eu-west-1)`,
    )
    .action((options: CreateOptions, command: Command) =>
      withStore(options, { command, make: true }, async ({ keys, where, isLocal }, { createApiKey }) => {
        const isFirst = await keys.isEmpty();
        const { name, role, team = [], expires } = options;
        const { key, kept } = await createApiKey({ keys, crypto: keyCrypto })(
          { name, roles: role, teams: team, ...(expires !== undefined && { lifetimeMs: expires }) },
          Date.now(),
        );
        if (options.json) return console.log(JSON.stringify({ key, ...keyJson(kept) }));
        console.log(key);
        console.error(`key ${kept.id} ${where}: ${keySentence(kept)}`);
        console.error('It is shown this once. Send it as "Authorization: Bearer KEY", or as password of Basic.');
        if (isFirst && isLocal) console.error('It is the first: from now on every caller needs a key.');
      }),
    );
};

const addList = (keys: Command): void => {
  addStoreOptions(keys.command('list'))
    .summary('which keys there are, also those that were revoked')
    .description('List the keys with their roles, teams and state, the oldest first.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  modelmeter keys list --json\n  modelmeter keys list --aws')
    .action((options: StoreOptions & { json?: true }, command: Command) =>
      withStore(options, { command }, async ({ keys, where }, { listApiKeys }) => {
        const all = await listApiKeys({ keys })(Date.now());
        if (options.json) return console.log(JSON.stringify(all.map((key) => ({ ...keyJson(key), state: key.state }))));
        if (all.length === 0) return console.log(`no keys ${where}: modelmeter keys create makes one`);
        console.log(keyTable(all));
      }),
    );
};

const addRevoke = (keys: Command): void => {
  addStoreOptions(keys.command('revoke'))
    .summary('make a key invalid, for good')
    .description('Make a key invalid, for good: at once on one machine, within 60 s in AWS.')
    .argument('<id>', 'its id, as keys list shows it, or the key itself')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  modelmeter keys revoke 0123456789ab\n  modelmeter keys revoke 0123456789ab --aws',
    )
    .action((id: string, options: StoreOptions & { json?: true }, command: Command) =>
      withStore(options, { command }, async ({ keys, where, isLocal }, { revokeApiKey }) => {
        const revoked = await revokeApiKey({ keys })(id, Date.now());
        if (options.json) return console.log(JSON.stringify(keyJson(revoked)));
        const since = `revoked ${time(revoked.revokedMs!)}${isLocal ? '' : '; what API Gateway remembers of it is forgotten within 60 s'}`;
        console.log(`key ${revoked.id} (${revoked.name}) ${where}: ${since}`);
      }),
    );
};

/** Runs a command over the store that its options name, and closes that. */
const withStore = async (
  options: StoreOptions,
  opening: { command: Command; make?: boolean },
  work: (store: OpenStore, useCases: UseCases) => Promise<void>,
): Promise<void> => {
  const useCases = await import('../../core/usecases/apiKeys.ts'); // its schemas are loaded only now
  const store = await openStore(options, opening);
  try {
    await work(store, useCases);
  } finally {
    store.close();
  }
};
type UseCases = typeof import('../../core/usecases/apiKeys.ts');

const roles = (text: string, before: readonly Role[] = []): Role[] => {
  const role = ROLES.find((each) => each === text);
  if (!role) throw new InvalidArgumentError(`Allowed choices are ${ROLES.join(', ')}.`);
  return [...before, role];
};

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `90d` in milliseconds. */
const lifetime = (text: string): number => {
  const [, digits, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  if (!digits) throw new InvalidArgumentError('Expected hours, days or weeks, such as 12h, 90d or 52w.');
  return Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
};
