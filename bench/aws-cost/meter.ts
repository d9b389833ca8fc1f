import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { addUnits, type Units } from '../../adapters/cli/estimate/prices.ts';
import { asking, consumedUnits, type DynamoCall, type Peek, transactionUnits } from './dynamoUnits.ts';
import { dynamoRequest, passOn } from './passOn.ts';

/** One call to AWS: when it began here, performance.now(), and when it would have ended. */
export interface Call {
  name: string;
  startMs: number;
  endMs: number;
}

/** Where the stand-ins for AWS's services listen. */
export interface Backends {
  s3: string;
  dynamodb: string;
  /** Hears of each object that is written, as S3 would tell a queue. */
  onPut: (key: string, bytes: number) => void;
  /** Everything else, answered by an operation's name. */
  other: (service: string, operation: string, input: unknown) => unknown;
}

/** A call takes a fifth of its time in AWS here, so that calls overlap as they would there and nobody waits for ever. */
export const FASTER = 5;

/**
 * What a call takes in AWS. S3's performance guide says 100 to 200 ms for small objects, and somebody measured 60 to 133 ms
 * from Lambda for 60 kB (kkc.github.io/2020/03/16/s3-latency); DynamoDB takes single-digit milliseconds, and a transaction is
 * two rounds. Careful figures, since waiting is paid for too.
 */
const LATENCY_MS: Record<string, number> = { s3: 100, dynamodb: 8, TransactWriteItems: 20, sqs: 20, monitoring: 50 };

const KB64 = 64 * 1024;

/**
 * Stands between one function and AWS's stand-ins, passes every call on, and counts what each would be billed as. Repeated
 * calls are counted each time, as AWS does.
 */
export const meter = async (backends: Backends) => {
  let units: Units = {};
  let calls: Call[] = [];
  let touched = new Set<string>();
  const count = (more: Units) => {
    units = addUnits(units, more);
  };

  const peek: Peek = async (table, key) => {
    const input = { TableName: table, Key: key, ConsistentRead: true };
    const answer = await passOn(backends.dynamodb, dynamoRequest('GetItem'), Buffer.from(JSON.stringify(input)));
    return JSON.parse(answer.body.toString()).Item;
  };
  const dynamo = async (request: IncomingMessage, call: DynamoCall) => {
    touched.add(call.input.TableName ?? 'rollups');
    const body = Buffer.from(JSON.stringify(asking(call)));
    if (call.action !== 'TransactWriteItems') {
      const answer = await passOn(backends.dynamodb, request, body);
      count(consumedUnits(call, JSON.parse(answer.body.toString())));
      return answer;
    }
    const afterwards = await transactionUnits(call, peek);
    const answer = await passOn(backends.dynamodb, request, body);
    count(await afterwards());
    return answer;
  };
  const s3 = async (request: IncomingMessage, body: Buffer) => {
    touched.add('bucket');
    const { pathname, searchParams } = new URL(request.url!, 'http://s3');
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
    const isList = request.method === 'GET' && key === '';
    const isDelete = request.method === 'DELETE' || searchParams.has('delete');
    if (!isDelete) count(isList || request.method === 'PUT' ? { s3Put: 1 } : { s3Get: 1 }); // deleting is free
    const answer = await passOn(backends.s3, request, body);
    if (request.method === 'PUT' && answer.status === 200) backends.onPut(key, body.length);
    return answer;
  };
  const other = (service: string, operation: string, body: Buffer) => {
    const input = body.length > 0 ? parsed(body) : {};
    if (service === 'sqs') count({ sqsRequest: Math.max(1, Math.ceil(body.length / KB64)) });
    if (service === 'monitoring')
      count(operation === 'GetMetricData' ? { metricRead: queriesIn(input) } : { cloudWatchRequest: 1 });
    const answer = JSON.stringify(backends.other(service, operation, input) ?? {});
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(answer) };
  };

  const answerOf = async (service: string, operation: string, incoming: IncomingMessage, body: Buffer) => {
    if (service === 's3') return s3(incoming, body);
    if (service !== 'dynamodb') return other(service, operation, body);
    return dynamo(incoming, { action: operation, input: JSON.parse(body.toString()) });
  };

  const server = createServer(async (incoming, outgoing) => {
    const startMs = performance.now();
    const body = await buffer(incoming);
    const service = serviceOf(incoming);
    const operation = String(incoming.headers['x-amz-target'] ?? incoming.method).replace(/^.*\./, '');
    const latencyMs = LATENCY_MS[operation] ?? LATENCY_MS[service] ?? 50;
    const [answer] = await Promise.all([answerOf(service, operation, incoming, body), sleep(latencyMs / FASTER)]);
    // Not when it ended: counting takes its time, too.
    calls.push({ name: `${service} ${operation}`, startMs, endMs: startMs + latencyMs / FASTER });
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What was counted since the last time it was asked. */
    take: () => {
      const taken = { units, calls, touched };
      [units, calls, touched] = [{}, [], new Set()];
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {}; // CBOR and query protocols: only counted
  }
};

const queriesIn = (input: unknown): number =>
  (input as { MetricDataQueries?: unknown[] }).MetricDataQueries?.length ?? 1;

/** The service that a request was signed for. */
const serviceOf = ({ headers }: IncomingMessage): string =>
  /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(String(headers.authorization ?? ''))?.[1] ?? 's3';
