import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAYS_PER_MONTH } from '../../adapters/cli/estimate/metered.ts';
import { addUnits, type Units } from '../../adapters/cli/estimate/prices.ts';
import { bundle } from '../../lambdas/bundle.ts';
import type { FunctionName } from '../../lib/functions.ts';
import { PREFIXES } from '../../lib/prefixes.ts';
import { environment } from '../handlers/environment.ts';
import { authoriser } from './authoriser.ts';
import { type GatewayAnswer, type GatewayRequest, gateway, gatewayEvent } from './gateway.ts';
import { type MeteredFunction, meteredFunction } from './meteredFunction.ts';
import { type Announced, queueMessage } from './queueMessage.ts';
import { startStandIns } from './standIns.ts';

const KB512 = 512 * 1024;
const GB = 1e9;
/** A line of the access log, as lib/constructs/modelmeterApi.ts writes it, with what CloudWatch adds. */
const ACCESS_LOG_BYTES = 480;
/** A record of S3's access log; the logs are delivered free of charge, and kept for so long: lib/constructs/dataBucket.ts. */
const S3_LOG_BYTES = 700;
const S3_LOG_DAYS = 14;
/** What Lambda receives and deletes at once. */
const SQS_AT_ONCE = 10;
const FUNCTIONS_RUN = [
  'authorise',
  'ingest',
  'api',
  'roll-up',
  'compact',
  'expire',
  'archive',
  'heartbeat',
  'read-metrics',
  'evaluate',
  'estimate-costs',
] as const;
type Run = (typeof FUNCTIONS_RUN)[number];

/** What evaluate is told, as lib/evaluation.ts writes it. */
const EVALUATION = {
  ACCOUNT: '123456789012',
  TOPIC_CRITICAL: 'arn:aws:sns:us-east-1:123456789012:critical',
  TOPIC_WARNING: 'arn:aws:sns:us-east-1:123456789012:warning',
  TOPIC_INFO: 'arn:aws:sns:us-east-1:123456789012:info',
  RUNBOOK_URL: 'docs/runbook.md',
  VRAM_PERCENT: '95',
  GPU_IDLE_PERCENT: '5',
  GPU_IDLE_MIN: '60',
};

/** As lib/environments.ts writes it. */
const IAM_CALLERS = JSON.stringify([
  { arn: 'arn:aws:iam::123456789012:role/Heartbeat', roles: ['writer', 'reader'], teams: ['*'] },
]);

/** The application in an account of its own on this machine: what it does is real, what AWS would bill for it is counted. */
export const startAccount = async ({ startMs }: { startMs: number }) => {
  let nowMs = startMs;
  let units: Units = {};
  const count = (more: Units) => {
    units = addUnits(units, more);
  };
  let segmentBytes = 0;
  const waiting: Announced[] = [];

  const standIns = await startStandIns({
    now: () => nowMs,
    onPut: (key, bytes) => {
      if (key.startsWith(PREFIXES.segments)) segmentBytes += bytes;
      if (!key.startsWith(PREFIXES.batches)) return;
      count({ sqsRequest: 1 }); // S3 sends the message
      waiting.push({ key, bytes, atMs: nowMs });
    },
  });
  const functions = new Map<FunctionName, MeteredFunction>();
  const api = await gateway(async (request) => {
    const name = functionOf(request);
    const before = functions.get(name)!.total().billedMs;
    const answered = await answer(request);
    functions.get('heartbeat')!.waitedFor(functions.get(name)!.total().billedMs - before); // nobody else asks from inside
    return answered;
  });
  const folder = mkdtempSync(join(tmpdir(), 'modelmeter-cost-'));
  const variables = { ...environment, ...EVALUATION, AWS_REGION: 'us-east-1', API_URL: api.url, IAM_CALLERS };
  for (const name of FUNCTIONS_RUN) {
    const file = await bundle(name, join(folder, name));
    functions.set(name, await meteredFunction({ name, file, backends: standIns.backends, environment: variables }));
  }

  const invoke = (name: Run, event: unknown) => functions.get(name)!.invoke(event, nowMs);

  const answer = async (request: GatewayRequest): Promise<GatewayAnswer> => {
    count({ httpApiRequest: Math.max(1, Math.ceil((request.body?.length ?? 0) / KB512)) });
    count({ logGb: ACCESS_LOG_BYTES / GB });
    return (await invoke(functionOf(request), gatewayEvent(request, nowMs))) as GatewayAnswer;
  };

  const authorised = authoriser({ invoke: (event) => invoke('authorise', event), now: () => nowMs });

  return {
    now: () => nowMs,
    /** Time passes; it does not go back. */
    at(ms: number) {
      nowMs = Math.max(nowMs, ms);
    },
    /** A client sends events with an API key. */
    async ingest(body: Buffer) {
      const authorization = `Bearer ${standIns.key}`;
      const headers = { 'content-type': 'application/json', authorization };
      const request = { method: 'POST', path: '/v1/events', headers, body };
      const authorizer = await authorised({ ...request, authorizer: {} });
      const { statusCode, body: said } = await answer({ ...request, authorizer });
      if (statusCode !== 202) throw new Error(`ingest answered ${statusCode}: ${said}`);
    },
    waiting: () => waiting.length,
    oldestWaitingMs: () => waiting[0]?.atMs,
    /** Lambda hands what waits in the queue to the roll-up, at most so many batches. */
    async rollUp(atMost: number) {
      const taken = waiting.splice(0, atMost);
      if (taken.length === 0) return;
      count({ sqsRequest: 2 * Math.ceil(taken.length / SQS_AT_ONCE) }); // received, and deleted
      const result = await invoke('roll-up', { Records: taken.map(queueMessage) });
      const { batchItemFailures = [] } = (result ?? {}) as { batchItemFailures?: unknown[] };
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} batches could not be rolled up`);
    },
    /** A schedule starts a function. */
    async run(name: Run) {
      count({ schedulerInvocation: 1 });
      await invoke(name, {});
    },
    stored: standIns.stored,
    /** Bytes of blocks that were ever written. */
    segmentBytes: () => segmentBytes,
    /** Everything that was counted, of the account and of each function. */
    bill() {
      const all = new Map<string, Units>([['API, queue, logs', units]]);
      for (const [name, metered] of functions) all.set(name, metered.total().units);
      const total = [...all.values()].reduce(addUnits, {});
      const requests = (total.s3Put ?? 0) + (total.s3Get ?? 0);
      all.set('access logs of S3', {
        s3StorageGbMonth: ((requests * S3_LOG_BYTES) / GB) * (S3_LOG_DAYS / DAYS_PER_MONTH),
      });
      return all;
    },
    runs: () => new Map([...functions].map(([name, metered]) => [name, metered.total()])),
    async close() {
      for (const metered of functions.values()) await metered.close();
      api.close();
      await standIns.close();
      rmSync(folder, { recursive: true });
    },
  };
};
export type Account = Awaited<ReturnType<typeof startAccount>>;

const functionOf = ({ method }: GatewayRequest) => (method === 'GET' ? 'api' : 'ingest');
