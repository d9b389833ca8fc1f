import { describe, expect, it } from 'vitest';
import { memoryDocumentStore } from '../../adapters/memory/documentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { standardPrices } from '../../core/cost/prices/standard.ts';
import type { Sample } from '../../core/telemetry/batch.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { estimateCosts } from '../../core/usecases/estimateCosts.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { queryCosts } from '../../core/usecases/queryCosts.ts';
import { repriceCosts } from '../../core/usecases/repriceCosts.ts';
import { call, NOW, sample, T0, type World, world } from './world.ts';

const SONNET = {
  deployment: 'chat',
  model: 'anthropic.claude-sonnet-4-20250514-v1:0',
  provider: 'aws.bedrock',
  region: 'us-west-2',
};
const reader = { id: 'test', roles: ['reader'], teams: [] } as const;

/** The ledger of a world, estimated by what such a configuration says. */
const accounts = (one: World, said: object = {}) => {
  const documents = memoryDocumentStore();
  const book = ledger({ documents, compression: zstd() });
  const { deployments } = one.ports();
  const estimating = (configuration: object = said) => {
    const { costs, prices, retention } = Config.parse(configuration);
    return estimateCosts(
      { query: runQuery(one.queryPorts), rollups: one.store, deployments, ledger: book },
      { costs, prices: standardPrices(prices), agreed: prices, retention },
    );
  };
  return {
    estimating,
    ask: (params: string, principal: Parameters<ReturnType<typeof queryCosts>>[0] = reader) =>
      queryCosts({ ledger: book })(principal, new URLSearchParams(params), NOW),
    async total() {
      const range = { basis: 'estimated', grain: 'day', fromMs: T0 - 30 * DAY, toMs: NOW } as const;
      return (await book.entries(range)).reduce((sum, { cost }) => sum + (cost ?? 0), 0);
    },
    async costs(groupBy: string, more = '') {
      const { series } = await this.ask(`groupBy=${groupBy}&from=${T0}&to=${NOW}&step=all${more}`);
      return Object.fromEntries(series.map(({ labels, total }) => [Object.values(labels).join('/'), total]));
    },
  };
};

/** What one GPU of a host reports each minute of an hour: half busy, memory held. */
const gpuHour = (startMs: number): Sample[] =>
  Array.from({ length: 60 }, (_, minute) => startMs + minute * MINUTE).flatMap((at) => {
    const labels = { host: 'box', gpu: '0', deployment: 'own', 'host.type': 'g5.xlarge', region: 'us-east-1' };
    return [sample('gpu.utilization', 'gauge', at, 50, labels), sample('gpu.memoryUsed', 'gauge', at, 1e10, labels)];
  });

describe('the estimated ledger', () => {
  it('prices tokens by the hour, of whoever used them', async () => {
    const one = world();
    await one.send({
      events: [
        call({ ...SONNET, team: 'search', client: 'a', inputTokens: 1_000_000, outputTokens: 100_000 }),
        call({ ...SONNET, team: 'ads', client: 'b', timestamp: T0 + HOUR, inputTokens: 500_000, outputTokens: 0 }),
      ],
    });
    await one.roll();
    const kept = accounts(one);

    expect(await kept.estimating().changed(NOW)).toEqual({ days: 1, left: 0 });

    expect(await kept.costs('team')).toEqual({ search: 4.5, ads: 1.5 });
    expect(await kept.costs('client')).toEqual({ a: 4.5, b: 1.5 });
    expect(await kept.costs('item')).toEqual({ inputTokens: 4.5, outputTokens: 1.5 });
  });

  it('shares a host among those who use it, and keeps what idles apart', async () => {
    const one = world();
    const own = { deployment: 'own', model: 'llama', provider: 'vllm', region: 'us-east-1' };
    await one.send({
      samples: gpuHour(T0),
      events: [call({ ...own, team: 'search', latencyMs: 3000 }), call({ ...own, team: 'ads', latencyMs: 1000 })],
    });
    await one.roll();
    const kept = accounts(one);
    await kept.estimating().changed(NOW);

    const price = standardPrices().quote(
      { kind: 'instance', instanceType: 'g5.xlarge', region: 'us-east-1', purchase: 'onDemand' },
      T0,
    );
    const byLine = await kept.costs('line,team');
    expect(byLine['work/search']).toBeCloseTo(price.usd! * 0.375, 9);
    expect(byLine['work/ads']).toBeCloseTo(price.usd! * 0.125, 9);
    expect(byLine['idleHeld/']).toBeCloseTo(price.usd! * 0.5, 9);
    expect((await kept.costs('deployment', '&allocation=usage'))['']).toBeCloseTo(price.usd! * 0.5, 9);
  });

  it('makes a day anew when something came for it, a price changed, or another hour is over, and only then', async () => {
    const one = world();
    const send = () => one.send({ events: [call({ ...SONNET, inputTokens: 1_000_000 })] });
    await send();
    await one.roll();
    const kept = accounts(one);
    await kept.estimating().changed(NOW);

    expect(await kept.estimating().changed(NOW)).toMatchObject({ days: 0 });
    await send();
    await one.roll();
    expect(await kept.estimating().changed(NOW)).toMatchObject({ days: 1 });
    expect(await kept.costs('')).toEqual({ '': 6 });
    const agreed = { prices: { overrides: [{ model: SONNET.model, usdPerMTok: { inputTokens: 1 } }] } };
    expect(await kept.estimating(agreed).changed(NOW)).toMatchObject({ days: 1 });
    expect(await kept.costs('')).toEqual({ '': 2 });
  });

  it('leaves a day as it is when what it was made from has expired', async () => {
    const one = world();
    await one.send({ samples: gpuHour(T0 - 3 * DAY), events: [call({ ...SONNET, inputTokens: 1_000_000 })] });
    await one.roll();
    await one.compact();
    const kept = accounts(one, { retention: { minuteDays: 5, hourDays: 5 } });
    await kept.estimating().changed(NOW);
    const before = await kept.total();
    expect(before).toBeGreaterThan(3);

    const laterMs = NOW + 4 * DAY;
    await one.compact(laterMs);
    await one.expire({ minuteDays: 5, hourDays: 5, dayDays: 456 }, laterMs);
    await kept.estimating().changed(laterMs);
    expect(await kept.total()).toBe(before);
  });

  it('counts what the configuration says runs, as far as the hour is over, and follows by the minute', async () => {
    const one = world();
    const resource = {
      name: 'r',
      instanceType: 'g5.xlarge',
      region: 'us-east-1',
      count: 2,
      from: '2026-03-05T10:00:00Z',
    };
    const kept = accounts(one, {
      costs: { resources: [resource] },
      prices: { overrides: [{ instanceType: 'g5.xlarge', usd: 1 }] },
    });
    const work = kept.estimating();
    await work.changed(NOW);
    expect(await kept.costs('resource')).toEqual({ r: 4 });

    await work.recent(NOW + 30 * MINUTE);
    const { series } = await kept.ask(`groupBy=resource&from=${T0}&to=${NOW + HOUR}&step=all`);
    expect(series[0]!.total).toBe(5);
  });

  it('says of what it knows no price, in no sum, and shows callers their own teams alone', async () => {
    const one = world();
    await one.send({
      events: [
        call({ ...SONNET, team: 'search', inputTokens: 1_000_000 }),
        call({ ...SONNET, model: 'mystery', team: 'ads', inputTokens: 5 }),
      ],
    });
    await one.roll();
    const kept = accounts(one);
    await kept.estimating().changed(NOW);

    const everything = await kept.ask(`groupBy=team&from=${T0}&to=${NOW}&step=all`);
    expect(everything).toMatchObject({
      total: 3,
      unpriced: [{ quantity: 5, labels: { model: 'mystery' }, missing: expect.stringContaining('mystery') }],
    });
    expect(everything.series.find(({ labels }) => labels.team === 'ads')!.total).toBeNull();
    const bound = { id: 'ads', roles: ['reader'], teams: ['ads'] } as const;
    const theirs = await kept.ask(`groupBy=team&from=${T0}&to=${NOW}&step=all`, bound);
    expect(theirs.series.map(({ labels }) => labels.team)).toEqual(['ads']);
  });

  it('prices old days anew by their quantities when prices change, going on where it was cut off', async () => {
    const documents = memoryDocumentStore();
    const book = ledger({ documents, compression: zstd() });
    const priced = (usdPerHour: number) => {
      const { prices, retention } = Config.parse({
        prices: { overrides: [{ instanceType: 'x.large', usd: usdPerHour }] },
      });
      return repriceCosts({ ledger: book, documents }, { prices: standardPrices(prices), agreed: prices, retention });
    };
    const labels = {
      item: 'instanceHours',
      resourceType: 'x.large',
      region: 'r',
      provider: 'aws',
      pricing: 'onDemand',
    };
    const days = [60, 50, 40].map((age) => T0 - age * DAY);
    for (const dayMs of days) {
      const reported = { startMs: dayMs, labels: { item: 'reportedCost' }, quantity: 1, cost: 7 };
      const entries = [{ startMs: dayMs, labels, quantity: 3, cost: null, missing: 'no price of x.large' }, reported];
      await book.replaceHours({ basis: 'estimated', fromMs: dayMs, toMs: dayMs + DAY, fingerprint: 'f' }, entries);
    }
    const total = async () => {
      const range = { basis: 'estimated', fromMs: T0 - 90 * DAY, toMs: T0 } as const;
      return (await book.entries({ ...range, grain: 'day' })).reduce((sum, { cost }) => sum + (cost ?? 0), 0);
    };

    let turns = 0;
    expect(await priced(2)(T0, () => ++turns > 2)).toEqual({ days: 2, left: 1 });
    expect(await priced(2)(T0)).toEqual({ days: 1, left: 0 });
    expect(await total()).toBe(3 * (6 + 7));
    expect(await priced(2)(T0)).toEqual({ days: 0, left: 0 });
    expect(await priced(5)(T0)).toEqual({ days: 3, left: 0 });
    expect(await total()).toBe(3 * (15 + 7));
  });

  it('refuses what it has no costs by, with what there is', async () => {
    const kept = accounts(world());
    await expect(kept.ask('groupBy=taem')).rejects.toMatchObject({
      code: 'invalidInput',
      message: /did you mean team/,
    });
    await expect(kept.ask('basis=guessed')).rejects.toMatchObject({ problems: [{ path: 'basis' }] });
    await expect(kept.ask('stat=p95')).rejects.toMatchObject({ problems: [{ path: 'stat' }] });
    await expect(kept.ask('groupBy=client&from=now-300d')).rejects.toMatchObject({ problems: [{ path: 'from' }] });
  });
});
