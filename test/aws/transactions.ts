import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';

/**
 * dynalite 4.0 has no transactions, so this stands in front of it and adds `TransactWriteItems` as the API reference
 * describes it: all or nothing, at most 100 actions on as many different items, 4 MB together, a reason for each action when
 * it is cancelled, and success for a request that was done before under the same `ClientRequestToken`. Requests go one after
 * the other, so nobody sees half a transaction, and none is ever cancelled for a conflict: tests of conflicts make them up.
 */
export const startTransactionalDynalite = async (): Promise<{ endpoint: string; stop(): Promise<void> }> => {
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0 }); // asked in this process, so it need not listen
  let turn: Promise<unknown> = Promise.resolve();
  const done = new Set<string>();
  const server = createServer((request, response) => {
    const answering = bodyOf(request).then((body) => {
      const mine = turn.then(() => answerTo({ inner, headers: request.headers, body, done }));
      turn = mine.catch(() => undefined);
      return mine;
    });
    answering.then(
      ({ status, text }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text),
      (error) => response.writeHead(500).end(JSON.stringify({ __type: 'InternalServerError', message: String(error) })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
};

type Item = Record<string, Record<string, unknown>>;
interface Action {
  TableName: string;
  Item?: Item;
  Key?: Item;
  [other: string]: unknown;
}
interface Transaction {
  TransactItems: Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', Action | undefined>[];
  ClientRequestToken?: string;
}
interface Answer {
  status: number;
  text: string;
}

const TARGET = 'DynamoDB_20120810.';
const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 2 ** 20;

const bodyOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString();

const answerTo = async (request: {
  inner: Server;
  headers: IncomingHttpHeaders;
  body: string;
  /** Tokens of transactions that were done. */
  done: Set<string>;
}): Promise<Answer> => {
  const { inner, headers, body, done } = request;
  const call: Call = (action, input) => ask(inner, { ...headers, 'x-amz-target': TARGET + action }, input);
  const action = String(headers['x-amz-target']).replace(TARGET, '');
  if (action !== 'TransactWriteItems') return call(action, body);
  const transaction: Transaction = JSON.parse(body);
  const { ClientRequestToken: token = '' } = transaction;
  if (done.has(token)) return { status: 200, text: '{}' };
  const answer = await transact(call, transaction);
  if (answer.status === 200 && token) done.add(token);
  return answer;
};

/** Hands a request to dynalite with what it uses of Node's requests and responses. */
const ask = (inner: Server, headers: IncomingHttpHeaders, input: unknown): Promise<Answer> =>
  new Promise((resolve) => {
    const body = Buffer.from(typeof input === 'string' ? input : JSON.stringify(input));
    const request = Object.assign(Readable.from([body]), { method: 'POST', url: '/', headers });
    const response = {
      statusCode: 200,
      setHeader() {},
      end: (text: string) => resolve({ status: response.statusCode, text }),
    };
    inner.emit('request', request, response);
  });

type Call = (action: string, input: unknown) => Promise<Answer>;
interface Undo {
  table: string;
  key: Item;
  before: Item | undefined;
}

const transact = async (call: Call, { TransactItems: actions }: Transaction): Promise<Answer> => {
  const targets = actions.map((each) => {
    const { TableName, Item, Key } = Object.values(each).find((action) => action !== undefined)!;
    return { table: TableName, key: Key ?? keyOf(Item!) };
  });
  if (actions.length > MAX_ACTIONS) return refusal('ValidationException', `Member must have length <= ${MAX_ACTIONS}`);
  if (new Set(targets.map((target) => JSON.stringify(target))).size < actions.length)
    return refusal('ValidationException', 'Transaction request cannot include multiple operations on one item');
  if (JSON.stringify(actions).length > MAX_BYTES)
    return refusal('ValidationException', 'Transaction request cannot exceed 4 MB');

  const done: Undo[] = [];
  const reasons: { Code: string; Message?: string }[] = [];
  for (const [i, each] of actions.entries()) {
    const { table, key } = targets[i]!;
    const got = await call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    const before = JSON.parse(got.text).Item as Item | undefined;
    const answer = await write(call, each);
    if (answer.status === 200) {
      done.push({ table, key, before });
      reasons.push({ Code: 'None' });
      continue;
    }
    const { __type, message } = JSON.parse(answer.text);
    const isCondition = String(__type).endsWith('ConditionalCheckFailedException');
    reasons.push({ Code: isCondition ? 'ConditionalCheckFailed' : 'ValidationError', Message: message });
  }
  if (reasons.every(({ Code }) => Code === 'None')) return { status: 200, text: '{}' };
  for (const { table, key, before } of done) {
    if (before) await call('PutItem', { TableName: table, Item: before });
    else await call('DeleteItem', { TableName: table, Key: key });
  }
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return refusal(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
};

const keyOf = ({ pk, sk }: Item): Item => ({ pk: pk!, sk: sk! });

const write = (call: Call, { Put, Update, Delete, ConditionCheck }: Transaction['TransactItems'][number]) => {
  if (Put) return call('PutItem', Put);
  if (Update) return call('UpdateItem', Update);
  if (Delete) return call('DeleteItem', Delete);
  return call('UpdateItem', ConditionCheck); // changes nothing; an item that it makes is undone with the others
};

const refusal = (type: string, message: string, more: object = {}): Answer => ({
  status: 400,
  text: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, Message: message, ...more }),
});
