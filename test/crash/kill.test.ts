import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../bench/chance.ts';
import { freePort, type ServerProcess, spawnServer, untilReady } from '../../bench/serverProcess.ts';
import { type Answered, deliver } from './client.ts';
import { crashRequest, sumOf } from './traffic.ts';

const KILLS = process.env.MODELMETER_LONG === '1' ? 20 : 4;
const CLIENTS = 3;
const SEED = 7;
const READY_TIMEOUT_MS = 30_000;
const ROLLED_UP_TIMEOUT_MS = 30_000;
const DAY = 86_400_000;

const random = mulberry32(SEED);
let dataDir: string;
let port: number;
let server: ServerProcess;

const start = () =>
  spawnServer({
    args: [join(import.meta.dirname, '../../bin/modelmeter.ts'), 'serve'],
    env: { MODELMETER_DATA: dataDir },
    port,
  });

/** Kills the server at a random moment: one time in four while it starts, otherwise up to 1.5 s after it is ready. */
const killSometime = async (): Promise<void> => {
  if (random() < 0.25) await sleep(random() * 400);
  else {
    await untilReady(server, READY_TIMEOUT_MS);
    await sleep(random() * 1500);
  }
  await server.end('SIGKILL');
  server = start();
};

/** Clients that send new requests, and now and then one again that was acknowledged before, until told to stop. */
const sendUntil = async (isOver: () => boolean, answered: Answered[], nextIndex: () => number): Promise<void> => {
  const choose = mulberry32(SEED + nextIndex());
  while (!isOver()) {
    const again = choose() < 0.15 ? answered[Math.floor(choose() * answered.length)] : undefined;
    if (again) {
      const { answer } = await deliver(server.url, again.request);
      expect(answer, `the retry of ${again.request.key} is told what the first was told`).toEqual(again.answer);
    } else answered.push(await deliver(server.url, crashRequest(nextIndex(), choose, Date.now())));
  }
};

interface Series {
  labels: Record<string, string>;
  points: [number, number | null][];
}

/** The whole of a metric as the server tells it, by label when `groupBy` is given, under the tally's names. */
const told = async (metric: string, stat: string, groupBy?: string): Promise<[string, number][]> => {
  const group = groupBy ? `&groupBy=${groupBy}` : '';
  const range = `from=${Date.now() - 36 * DAY}&to=${Date.now() + DAY}&step=all`;
  const response = await fetch(`${server.url}/v1/query?metric=${metric}&stat=${stat}${group}&${range}`);
  const text = await response.text();
  if (response.status === 404) return []; // nothing of this name is rolled up yet
  if (!response.ok) throw new Error(`${metric}: ${response.status} ${text}`);
  const { series } = JSON.parse(text) as { series: Series[] };
  return series.map(({ labels, points }) => [
    groupBy ? `${metric} ${groupBy}=${labels[groupBy]}` : metric,
    points[0]?.[1] ?? 0,
  ]);
};

const allTold = async (): Promise<Map<string, number>> => {
  const questions = [
    told('inference.requests', 'count'),
    told('inference.requests', 'count', 'deployment'),
    told('inference.requests', 'count', 'team'),
    told('inference.requests', 'count', 'client'),
    told('inference.errors', 'count'),
    told('inference.latency', 'sum'),
    told('inference.inputTokens', 'sum'),
    told('inference.outputTokens', 'sum'),
    told('outcome.outcomes', 'count'),
    told('outcome.correct', 'count'),
    told('crash.work', 'sum'),
  ];
  return new Map((await Promise.all(questions)).flat());
};

const sorted = (tally: ReadonlyMap<string, number>) => Object.fromEntries([...tally].sort());

/** Waits until the server tells as much as was acknowledged, or the time is over; what it told last. */
const settledTold = async (expected: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> => {
  const giveUpAt = Date.now() + ROLLED_UP_TIMEOUT_MS;
  for (;;) {
    const now = await allTold();
    const isAll = [...expected].every(([name, value]) => now.get(name) === value);
    if (isAll || Date.now() > giveUpAt) return now;
    await sleep(250);
  }
};

const isBuilt = existsSync(join(import.meta.dirname, '../../bin/modelmeter.ts'));
if (!isBuilt) console.warn('skipped: kill -9 under load, since bin/modelmeter.ts is not there');

describe.runIf(isBuilt)(`kill -9 at ${KILLS} random moments under load`, () => {
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'crash-'));
    port = await freePort();
    server = start();
  });

  afterAll(async () => {
    await server.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it(
    'loses nothing that was acknowledged and counts nothing twice',
    async () => {
      const answered: Answered[] = [];
      let index = 0;
      let isOver = false;

      const clients = Array.from({ length: CLIENTS }, () =>
        sendUntil(
          () => isOver,
          answered,
          () => index++,
        ),
      );
      const kills = (async () => {
        try {
          for (let kill = 0; kill < KILLS; kill++) await killSometime();
          await untilReady(server, READY_TIMEOUT_MS);
        } finally {
          isOver = true;
        }
      })();
      await Promise.all([kills, ...clients]);
      for (const { request, answer } of answered.filter((_, at) => at % 7 === 0))
        expect((await deliver(server.url, request)).answer).toEqual(answer);

      const expected = sumOf(answered.map(({ request }) => request.adds));
      expect(sorted(await settledTold(expected))).toEqual(sorted(expected));
      expect(answered.length).toBeGreaterThan(KILLS * 10);

      // Once more from the disk: what is told does not depend on what the process remembers.
      await server.end('SIGKILL');
      server = await untilReady(start(), READY_TIMEOUT_MS);
      expect(sorted(await settledTold(expected))).toEqual(sorted(expected));
    },
    KILLS * 15_000 + 120_000,
  );
});
