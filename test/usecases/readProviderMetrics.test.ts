import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryProviderMetrics } from '../../adapters/memory/providerMetrics.ts';
import type { ProviderMetrics } from '../../core/sources/cloudWatch/port.ts';
import type { ProviderSeries } from '../../core/sources/cloudWatch/types.ts';
import { readProviderMetrics } from '../../core/usecases/readProviderMetrics.ts';
import { NOW, world } from './world.ts';

const MINUTE = 60_000;
const SONNET = 'anthropic.claude-sonnet-4-20250514-v1:0';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const of = (metric: string, ModelId = `eu.${SONNET}`): ProviderSeries => ({
  namespace: 'AWS/Bedrock',
  metric,
  dimensions: { ModelId },
});

/** An account, read every five minutes. */
const account = (wrap: (metrics: ProviderMetrics) => ProviderMetrics = (metrics) => metrics) => {
  let nowMs = NOW;
  const provider = memoryProviderMetrics({ nowMs: () => nowMs });
  const behind = world();
  const read = readProviderMetrics({ metrics: wrap(provider), log: behind.ports().log, hash });
  return {
    provider,
    world: behind,
    /** One read at a time, rolled up. */
    async read(atMs: number, maxMetrics = 100) {
      nowMs = atMs;
      const report = await read({
        sources: ['bedrock', 'sagemaker'],
        account: '123456789012',
        region: 'eu-west-1',
        nowMs,
        everyMin: 5,
        maxMetrics,
      });
      await behind.roll(nowMs);
      return report;
    },
    /** The one number of a query over the last hours. */
    async ask(metric: string, stat: string, more: Record<string, string> = {}) {
      const params = {
        metric,
        stat,
        from: String(NOW - 2 * 60 * MINUTE),
        to: String(NOW + 4 * 60 * MINUTE),
        step: 'all',
        ...more,
      };
      const { series } = await behind.ask(new URLSearchParams(params));
      return series[0]?.points[0]?.[1] ?? null;
    },
  };
};

describe('reading the metrics of a provider', () => {
  it('shows models, tokens and latencies of an account that only calls Bedrock ten minutes after the first read', async () => {
    const { provider, world: behind, read, ask } = account();
    provider.put(of('Invocations'), NOW, 1, 1, 1);
    provider.put(of('InputTokenCount'), NOW, 100, 200, 300);
    provider.put(of('OutputTokenCount'), NOW, 10, 20, 30);
    provider.put(of('InvocationLatency'), NOW, 1000, 2000, 6000);
    for (const min of [5, 10]) await read(NOW + min * MINUTE);

    const byModel = await behind.ask(
      new URLSearchParams({
        metric: 'bedrock.inputTokens',
        stat: 'sum',
        groupBy: 'model,deployment',
        from: String(NOW),
        to: String(NOW + 10 * MINUTE),
        step: 'all',
      }),
    );

    expect(byModel.series).toMatchObject([
      { labels: { model: SONNET, deployment: `eu.${SONNET}` }, points: [[NOW, 600]] },
    ]);
    expect(await ask('bedrock.requests', 'sum')).toBe(3);
    expect(await ask('bedrock.outputTokens', 'sum')).toBe(60);
    expect(await ask('bedrock.latency', 'avg')).toBe(3000);
    expect(await ask('bedrock.latency', 'count')).toBe(3);
    expect(await ask('bedrock.latencyMax', 'max')).toBe(6000);
  });

  it('is in the catalogue by name, unit and meaning, and not by the parts that it came in', async () => {
    const { provider, world: behind, read } = account();
    provider.put(of('InvocationLatency'), NOW, 1000);
    await read(NOW + 5 * MINUTE);

    const { metrics } = await behind.catalog();

    const latency = metrics.filter(({ name }) => name.startsWith('bedrock.latency'));
    expect(latency.map(({ name, unit }) => [name, unit])).toEqual([
      ['bedrock.latency', 'ms'],
      ['bedrock.latencyMax', 'ms'],
      ['bedrock.latencyP95', 'ms'],
      ['bedrock.latencyP99', 'ms'],
    ]);
    expect(latency[0]).toMatchObject({ seen: true, defaultStat: 'avg' });
    expect((await behind.values('model', `from=${NOW}&to=${NOW + 5 * MINUTE}`)).values).toEqual([SONNET]);
  });

  it('answers no percentile of sums, and those of minutes once they are final', async () => {
    const { provider, read, ask } = account();
    provider.put(of('InvocationLatency'), NOW, 10, 20, 30);
    await read(NOW + 5 * MINUTE);

    expect(await ask('bedrock.latency', 'p99')).toBeNull();
    expect(await ask('bedrock.latencyP99', 'max')).toBeNull();

    await read(NOW + 15 * MINUTE);

    expect(await ask('bedrock.latencyP99', 'max')).toBe(30);
  });

  it('adds up calls by id and by ARN of one model in one minute', async () => {
    const { provider, read, ask } = account();
    provider.put(of('Invocations', SONNET), NOW, 1, 1);
    provider.put(of('Invocations', `arn:aws:bedrock:eu-west-1::foundation-model/${SONNET}`), NOW, 1);
    await read(NOW + 5 * MINUTE);

    expect(await ask('bedrock.requests', 'sum', { groupBy: 'deployment' })).toBe(3);
  });

  it('counts a minute once that several reads have in their window, and what came late with it', async () => {
    const { provider, read, ask } = account();
    provider.put(of('Invocations'), NOW, 1, 1);
    await read(NOW + 5 * MINUTE);
    provider.put(of('Invocations'), NOW, 1);
    for (const min of [10, 15]) await read(NOW + min * MINUTE);

    expect(await ask('bedrock.requests', 'sum')).toBe(3);
  });

  it('still counts it once after compaction', async () => {
    const { provider, world: behind, read, ask } = account();
    provider.put(of('Invocations'), NOW, 1, 1);
    await read(NOW + 5 * MINUTE);
    await behind.compact(NOW + 6 * MINUTE);
    provider.put(of('Invocations'), NOW, 1);
    await read(NOW + 10 * MINUTE);
    await behind.compact(NOW + 11 * MINUTE);

    expect(await ask('bedrock.requests', 'sum')).toBe(3);
  });

  it('keeps nothing more of a retry that sees the same', async () => {
    const { provider, read } = account();
    provider.put(of('Invocations'), NOW, 1);

    const [first, again] = [await read(NOW + 5 * MINUTE), await read(NOW + 5 * MINUTE + 20_000)];

    expect(again.receipts).toEqual([{ ...first.receipts[0], duplicate: true }]);
  });

  it('keeps nothing of an account that has nothing', async () => {
    expect(await account().read(NOW)).toMatchObject({
      metrics: 0,
      samples: 0,
      leftOut: 0,
      isListed: true,
      receipts: [],
    });
  });

  it('says in its report and in a metric what there was no room for', async () => {
    const { provider, read, ask } = account();
    for (const name of ['a', 'b', 'c']) provider.put(of('Invocations', `x.${name}`), NOW, 1);

    expect(await read(NOW + 5 * MINUTE, 2)).toMatchObject({ metrics: 2, leftOut: 1 });
    expect(await ask('source.metricsLeftOut', 'max')).toBe(1);
    expect(await ask('source.metricsRead', 'last')).toBe(2);
  });

  it('says what the provider could not answer', async () => {
    const { provider, read } = account((metrics) => ({
      ...metrics,
      read: async (query) => ({ ...(await metrics.read(query)), failed: 1 }),
    }));
    provider.put(of('Invocations'), NOW, 1);

    expect(await read(NOW + 5 * MINUTE)).toMatchObject({ failed: 1 });
  });
});
