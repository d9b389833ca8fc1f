import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { Config } from '../../core/config.ts';
import type { Capacity } from '../../core/cost/estimate/types.ts';
import { describedHosts, inventoriedCapacity } from '../../core/cost/inventory/capacity.ts';
import type { InventoryResource } from '../../core/cost/inventory/resource.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { standardPrices } from '../../core/cost/prices/standard.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { configureCosts, readCostsConfiguration, taggedIn } from '../../core/usecases/costsConfiguration.ts';
import { estimateCosts } from '../../core/usecases/estimateCosts.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { readInventory, takeInventory } from '../../core/usecases/takeInventory.ts';

const T0 = Date.UTC(2026, 10, 20, 9);
const compression = zstd();
const instance = (of: Partial<InventoryResource> = {}): InventoryResource => ({
  id: 'i-1',
  kind: 'instance',
  names: ['i-1', 'ip-10-0-0-7', '10.0.0.7'],
  instanceType: 'g5.xlarge',
  region: 'us-east-1',
  account: '123456789012',
  purchase: 'onDemand',
  launchedMs: T0 - DAY,
  tags: {},
  count: 1,
  ...of,
});
const endpoint = (of: Partial<InventoryResource> = {}) =>
  instance({
    id: 'rank/v1',
    kind: 'endpoint',
    names: ['rank', 'rank/v1'],
    instanceType: 'ml.g5.2xlarge',
    count: 2,
    ...of,
  });

let documents: ReturnType<typeof memoryDocumentStore>;
beforeEach(() => {
  documents = memoryDocumentStore();
});
const take = (resources: InventoryResource[], nowMs: number, tagged = {}) =>
  takeInventory(
    { documents, compression, inventory: { list: async () => ({ resources, isAll: true }) } },
    { tagged },
  )(nowMs);

describe('the inventory', () => {
  it('keeps accelerated instances, endpoints, and what a tag says is a deployment’s', async () => {
    const resources = [
      instance(),
      instance({ id: 'i-cpu', instanceType: 'm5.large' }),
      instance({ id: 'i-tagged', instanceType: 'm5.large', tags: { app: 'rank' } }),
      instance({ id: 'i-named', instanceType: 'm5.large', tags: { 'modelmeter:deployment': 'rank' } }),
      endpoint({ instanceType: 'ml.m5.large' }),
    ];

    const report = await take(resources, T0, { ranker: { app: 'rank' } });

    expect(report).toEqual({ listed: 5, kept: 4, isAll: true, isNew: true });
    const [day] = await readInventory({ documents, compression })({ fromMs: T0, toMs: T0 + HOUR });
    expect(day!.timesMs).toEqual([T0]);
    expect(day!.resources.map(({ id, counts }) => [id, counts])).toEqual([
      ['i-1', [1]],
      ['i-tagged', [1]],
      ['i-named', [1]],
      ['rank/v1', [2]],
    ]);
  });

  it('keeps one listing of a run that is tried again, and all of a day in one document', async () => {
    await take([instance()], T0);
    const again = await take([instance()], T0 + MINUTE);
    await take([], T0 + HOUR);

    expect(again.isNew).toBe(false);
    expect(await documents.list('inventory/')).toEqual(['inventory/2026-11-20']);
    const [day] = await readInventory({ documents, compression })({ fromMs: T0, toMs: T0 + HOUR });
    expect(day!.resources[0]!.counts).toEqual([1, 0]);
  });
});

describe('what telemetry and configuration say', () => {
  const hour = (resource: InventoryResource) => ({ startMs: T0, resource, instanceHours: resource.count });
  const host = (of: Partial<Capacity>): Capacity => ({
    startMs: T0,
    resource: 'i-1',
    instanceType: undefined,
    region: undefined,
    purchase: 'onDemand',
    instanceHours: 1,
    slots: [],
    deployments: [],
    ...of,
  });
  const resources = (...lines: object[]) => Config.parse({ costs: { resources: lines } }).costs.resources;
  const left = (running: InventoryResource[], hosts: Capacity[], configured: ReturnType<typeof resources> = []) =>
    inventoriedCapacity(running.map(hour), { hosts, configured, tagged: {} }).map(({ resource }) => resource);

  it('counts before the inventory, in the hour that it tells of', () => {
    expect(left([instance()], [])).toEqual(['i-1']);
    expect(left([instance()], [host({ startMs: T0 - HOUR })])).toEqual(['i-1']);
    for (const resource of ['i-1', 'ip-10-0-0-7', '10.0.0.7:9400'])
      expect(left([instance()], [host({ resource })]), resource).toEqual([]);
    expect(left([endpoint()], [host({ resource: 'some-instance', deployments: ['rank'] })])).toEqual([]);
  });

  it('counts before the inventory where the configuration has the name, or the type and the deployment', () => {
    const line = { name: 'group', instanceType: 'ml.g5.2xlarge', deployments: ['rank'] };

    expect(left([endpoint()], [], resources(line))).toEqual([]);
    expect(left([endpoint()], [], resources({ ...line, deployments: ['other'] }))).toEqual(['rank/v1']);
    expect(left([endpoint()], [], resources({ ...line, to: '2026-11-19' }))).toEqual(['rank/v1']);
    expect(left([instance()], [], resources({ name: 'i-1', instanceType: 'g5.xlarge' }))).toEqual([]);
  });

  it('leaves to the inventory what a host does not say: its type, and that it is spot', () => {
    const spot = hour(instance({ purchase: 'spot' }));

    expect(describedHosts([host({}), host({ instanceType: 'told', resource: 'else' })], [spot])).toMatchObject([
      { instanceType: 'g5.xlarge', region: 'us-east-1', account: '123456789012', purchase: 'spot' },
      { instanceType: 'told', purchase: 'onDemand' },
    ]);
  });
});

describe('the estimate of what the inventory lists', () => {
  const work = () => {
    const rollups = memoryRollupStore();
    return estimateCosts(
      {
        query: runQuery({ rollups, reader: blockReader({ rollups, compression }, 1_000_000) }),
        rollups,
        deployments: memoryDeploymentStore(),
        ledger: ledger({ documents, compression }),
        inventory: readInventory({ documents, compression }),
      },
      {
        costs: Config.parse({}).costs,
        prices: standardPrices(Config.parse({}).prices),
        agreed: Config.parse({}).prices,
        retention: Config.parse({}).retention,
        tagged: { ranker: { app: 'rank' } },
      },
    );
  };
  const kept = async () => {
    const range = { basis: 'estimated', grain: 'hour', fromMs: T0 - DAY, toMs: T0 + DAY } as const;
    return ledger({ documents, compression }).entries(range);
  };

  it('charges what runs and nothing tells of to its deployment, minute by minute', async () => {
    const estimate = work();
    await take([instance({ tags: { app: 'rank' } }), endpoint()], T0 - 30 * MINUTE);
    await estimate.recent(T0 - 30 * MINUTE);
    await estimate.recent(T0 + 30 * MINUTE);

    const inHour = (await kept()).filter(({ startMs }) => startMs === T0);
    expect(inHour.map(({ labels, quantity }) => [labels.resource, labels.deployment, labels.line, quantity])).toEqual([
      ['i-1', 'ranker', 'idleHeld', 0.5],
      ['rank/v1', 'rank', 'idleHeld', 1],
    ]);
    expect(inHour[0]!.cost).toBeCloseTo(1.006 / 2, 6); // g5.xlarge on demand in us-east-1
  });

  it('makes a day anew once its listings say something else, and only then', async () => {
    const estimate = work();
    for (let i = 0; i < 30; i++) await take([instance()], T0 + i * HOUR - 12 * HOUR);
    const nowMs = T0 + 20 * HOUR;

    const first = await estimate.changed(nowMs);
    const second = await estimate.changed(nowMs);

    expect([first.days, second.days]).toEqual([3, 0]);
    const hours = (await kept()).filter(({ labels }) => labels.resource === 'i-1');
    expect(hours.filter(({ startMs }) => startMs >= T0 - 9 * HOUR && startMs < T0 + 15 * HOUR)).toHaveLength(24);
  });

  it('writes nothing where nothing runs and nothing is sent', async () => {
    const estimate = work();
    await estimate.recent(T0);
    const before = await documents.list('');
    await estimate.recent(T0 + MINUTE);

    expect(await documents.list('')).toEqual(before);
  });
});

describe('the configuration of costs', () => {
  it('keeps the tags of deployments', async () => {
    const config = Config.parse({ deployments: { ranker: { team: 'search', tags: { app: 'rank' } }, other: {} } });

    await configureCosts({ documents })(config);

    expect(taggedIn(await readCostsConfiguration({ documents })())).toEqual({ ranker: { app: 'rank' } });
  });
});
