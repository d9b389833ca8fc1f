import { expect, it } from 'vitest';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { standardPrices } from '../../core/cost/prices/standard.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR } from '../../core/telemetry/families.ts';
import { costAnomalies } from '../../core/usecases/analyseCosts.ts';
import { estimateCosts } from '../../core/usecases/estimateCosts.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { fleetEvents } from '../../demo/fleet.ts';
import { INCIDENTS } from '../../demo/incidents.ts';
import { world } from '../usecases/world.ts';

const ANCHOR_MS = Date.UTC(2026, 2, 20, 9);
const HISTORY_DAYS = 10;
const AT_ONCE = 5_000;

it('finds the planted cost spike, with the client and the deployment that caused it on top', async () => {
  const one = world();
  const range = { fromMs: ANCHOR_MS - HISTORY_DAYS * DAY, toMs: ANCHOR_MS };
  let events: ModelEvent[] = [];
  const send = async () => {
    await one.send({ events });
    events = [];
  };
  for (const event of fleetEvents({ ...range, seed: 1, anchorMs: ANCHOR_MS })) {
    if (event.deployment !== 'chat-gateway') continue;
    if (events.push(event) >= AT_ONCE) await send();
  }
  await send();
  await one.roll(ANCHOR_MS);
  await one.compact(ANCHOR_MS);
  const { costs, prices, retention } = Config.parse({});
  const book = ledger({ documents: memoryDocumentStore(), compression: zstd() });
  const ports = {
    query: runQuery(one.queryPorts),
    rollups: one.store,
    deployments: one.ports().deployments,
    ledger: book,
  };
  await estimateCosts(ports, { costs, prices: standardPrices(prices), agreed: prices, retention }).changed(ANCHOR_MS);

  const principal = { id: 'test', roles: ['reader'], teams: [] } as const;
  const { anomalies } = await costAnomalies({ ledger: book })(principal, {}, ANCHOR_MS);

  const planted = INCIDENTS.find(({ name }) => name === 'cost spike')!;
  expect(anomalies).toHaveLength(1);
  expect(anomalies[0]).toMatchObject({
    scope: { client: 'growth-app-01' },
    drivers: [{ labels: { deployment: planted.deployment, client: 'growth-app-01', team: 'growth' }, main: 'volume' }],
  });
  expect(Math.abs(anomalies[0]!.fromMs - (ANCHOR_MS + planted.fromMs))).toBeLessThanOrEqual(HOUR);
  expect(anomalies[0]!.actual).toBeGreaterThan(3 * anomalies[0]!.expected);
});
