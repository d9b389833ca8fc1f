import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, deliver, startApi, startDeployment } from './deployment.ts';
import { type Fault, faultyProxy } from './faultyProxy.ts';
import type { Lambda } from './lambda.ts';
import { hasMoto } from './services.ts';

/** Tries of one delivery: SQS gives five. */
const TRIES = 5;
/** Calls of one delivery that are broken, one in each round; beyond the last none is made. */
const CALLS = process.env.MODELMETER_LONG ? 40 : 14;

/**
 * Functions whose calls to AWS break, each call once in turn: it never arrives, or its answer is lost, and in half of the
 * rounds the function is killed at that moment. What comes back to the queue is delivered again, and all of it twice.
 */
describe.skipIf(!hasMoto)('functions that are broken off between any two calls', () => {
  let deployment: Deployment;
  let proxy: Awaited<ReturnType<typeof faultyProxy>>;
  let api: Awaited<ReturnType<typeof startApi>>;
  let [ingest, rollUp, compact]: Lambda[] = [];
  let sent = 0;
  let tokens = 0;
  let broken = 0;

  beforeAll(async () => {
    deployment = await startDeployment();
    proxy = await faultyProxy(deployment.endpoint);
    // The SDK's own retries would hide what is broken.
    const start = (name: string) => deployment.start(name, proxy.endpoint, { AWS_MAX_ATTEMPTS: '1' });
    [ingest, rollUp, compact] = await Promise.all(['ingest', 'roll-up', 'compact'].map(start));
    const reading = await deployment.start('api');
    const principal = { id: 'test', roles: ['admin', 'writer', 'reader'], teams: [] };
    const authorise: Lambda = {
      invoke: async () => ({ isAuthorized: true, context: { principal: JSON.stringify(principal) } }),
      kill: async () => {},
    };
    api = await startApi({ ingest: ingest!, api: reading, authorise });
  }, 120_000);
  afterAll(async () => {
    await api?.stop();
    await proxy?.close();
    await deployment?.stop();
  });

  const headers = { authorization: 'Bearer x', 'content-type': 'application/json' };
  /** Sends some events until they are accepted, as a client that retries does. */
  const send = async (round: number) => {
    const events = Array.from({ length: 10 }, (_, i) => ({
      kind: 'inference',
      deployment: `deployment-${i % 3}`,
      status: 'ok',
      latencyMs: 100 + i,
      inputTokens: 1 + round,
    }));
    for (let tries = 0; tries < TRIES; tries++) {
      const init = { method: 'POST', headers: { ...headers, 'idempotency-key': `round-${round}` } };
      const answer = await fetch(`${api.url}/v1/events`, { ...init, body: JSON.stringify(events) });
      if (answer.status !== 202) continue;
      sent += events.length;
      tokens += events.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
      return;
    }
    throw new Error(`round ${round} was never accepted`);
  };
  /** Delivers until nothing comes back, then all of it once more. */
  const deliverAll = async (bodies: readonly string[]) => {
    let waiting = [...bodies];
    for (let tries = 0; waiting.length > 0; tries++) {
      if (tries >= TRIES) throw new Error(`${waiting.length} messages would be dead letters`);
      waiting = await deliver(rollUp!, waiting).catch(() => waiting); // killed: all of them come again
    }
    broken += Number(proxy.heal());
    expect(await deliver(rollUp!, bodies)).toEqual([]);
  };
  const total = async (metric: string, stat: string) => {
    const answer = await fetch(`${api.url}/v1/query?metric=${metric}&stat=${stat}&from=now-1h&to=now%2B1h&step=all`, {
      headers,
    });
    const { series } = (await answer.json()) as { series: { points: [number, number | null][] }[] };
    return series[0]?.points[0]?.[1] ?? 0;
  };
  const rounds = (['lost', 'unanswered'] satisfies Fault[]).flatMap((fault) =>
    Array.from({ length: CALLS }, (_, i) => ({ fault: fault as Fault, at: i + 1, isKilled: i % 2 === 1 })),
  );

  it('counts every accepted event once, whichever call of the roll-up breaks', async () => {
    for (const [round, { fault, at, isKilled }] of rounds.entries()) {
      await send(round);
      proxy.breakAt(at, fault, isKilled ? () => void rollUp!.kill() : undefined);
      await deliverAll(await deployment.announcements());
    }

    expect(broken).toBeGreaterThan(CALLS);
    expect(await total('inference.requests', 'count')).toBe(sent);
    expect(await total('inference.inputTokens', 'sum')).toBe(tokens);
  }, 240_000);

  it('accepts a request once, whichever call of the door breaks', async () => {
    for (const fault of ['lost', 'unanswered'] as const) {
      for (let at = 1; at <= 3; at++) {
        proxy.breakAt(at, fault, at === 2 ? () => void ingest!.kill() : undefined);
        await send(1000 + 10 * at + Number(fault === 'lost'));
        proxy.heal();
      }
    }
    await deliverAll(await deployment.announcements());

    expect(await total('inference.requests', 'count')).toBe(sent);
  }, 120_000);

  it('compacts to the same sums, whichever call of the compaction breaks', async () => {
    for (const [i, { fault, at, isKilled }] of rounds.entries()) {
      await send(2000 + i);
      await deliverAll(await deployment.announcements());
      proxy.breakAt(at, fault, isKilled ? () => void compact!.kill() : undefined);
      await compact!.invoke({}).catch(() => undefined);
      broken += Number(proxy.heal());
    }
    await compact!.invoke({});

    expect(broken).toBeGreaterThan(2 * CALLS);
    expect(await total('inference.requests', 'count')).toBe(sent);
    expect(await total('inference.inputTokens', 'sum')).toBe(tokens);
  }, 240_000);
});
