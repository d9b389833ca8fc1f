import { setTimeout as sleep } from 'node:timers/promises';
import { AggregationType, type MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lossyProxy } from './lossyProxy.ts';
import { ENCODINGS, metrics } from './openTelemetry.ts';
import { type Product, startProduct } from './product.ts';

const TEMPORALITIES = ['cumulative', 'delta'] as const;
const SETUPS = ENCODINGS.flatMap((setup) =>
  TEMPORALITIES.map((temporality) => ({
    ...setup,
    temporality,
    service: [setup.encoding, setup.compression, temporality].join('-'),
  })),
);
/** 1 to 2,451: each 4 % above the one before. */
const SIZES = Array.from({ length: 200 }, (_, i) => 1.04 ** i);
/** The SDK's clock counts milliseconds, and a count that begins when it is exported has, to OpenTelemetry, no known start. */
const A_TICK_MS = 3;

/** What a shop would measure: three exports of it. */
const runShop = async (provider: MeterProvider): Promise<void> => {
  const meter = provider.getMeter('shop');
  const orders = meter.createCounter('shop.orders');
  const openCarts = meter.createUpDownCounter('shop.openCarts');
  const temperature = meter.createGauge('room.temperature');
  const advice = { explicitBucketBoundaries: [10, 50, 100, 500, 1000] };
  const duration = meter.createHistogram('checkout.duration', { unit: 'ms', advice });
  const size = meter.createHistogram('answer.size');
  const requests = meter.createHistogram('http.server.request.duration', { unit: 's' });

  const rounds = [
    { eu: 5, us: 0.25, carts: 8, degrees: 20.5 },
    { eu: 7, us: 1.5, carts: -5, degrees: -3.25 },
    { eu: 1, us: 3, carts: 1, degrees: 21.75 },
  ];
  for (const [i, { eu, us, carts, degrees }] of rounds.entries()) {
    orders.add(eu, { region: 'eu' });
    orders.add(us, { region: 'us' });
    openCarts.add(carts);
    temperature.record(degrees);
    for (let ms = 4 + i * 4; ms <= 400; ms += 12) duration.record(ms); // 4, 8, … 400 in three turns
    for (const [j, value] of SIZES.entries()) if (j % 3 === i) size.record(value);
    requests.record(0.25 * (i + 1), { 'http.route': '/chat' }); // 0.25, 0.5 and 0.75 s
    await sleep(A_TICK_MS);
    await provider.forceFlush();
  }
  await provider.shutdown();
};

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  const views = [
    { instrumentName: 'answer.size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const },
  ];
  await Promise.all(SETUPS.map((setup) => runShop(metrics({ ...setup, endpoint: product.url }, setup.service, views))));
  await product.settled();
});
afterAll(() => product.stop());

describe.each(SETUPS)('OpenTelemetry metrics as $encoding, compression $compression, $temporality', ({ service }) => {
  const value = (metric: string, stat: string) => product.value(metric, stat, `service:${service}`);

  it('tell the sums of counters exactly', async () => {
    const query = { metric: 'shop.orders', stat: 'sum', filter: `service:${service}`, from: 'now-1h', step: 'all' };
    const { series } = await product.query({ ...query, groupBy: 'region' });

    expect(await value('shop.orders', 'sum')).toBe(13 + 4.75);
    expect(series.map(({ labels, points }) => [labels.region, points[0]![1]])).toEqual([
      ['eu', 13],
      ['us', 4.75],
    ]);
  });

  it('tell where gauges and up-down counters stand', async () => {
    expect([await value('room.temperature', 'last'), await value('room.temperature', 'min')]).toEqual([21.75, -3.25]);
    expect([await value('shop.openCarts', 'last'), await value('shop.openCarts', 'max')]).toEqual([4, 8]);
  });

  it('tell count and sum of a histogram exactly, and quantiles within their bucket', async () => {
    const p95 = await value('checkout.duration', 'p95');

    expect(await value('checkout.duration', 'count')).toBe(100);
    expect(await value('checkout.duration', 'sum')).toBe(4 * 5050);
    expect(await value('checkout.duration', 'avg')).toBe(202);
    expect(p95, '380 ms lie in (100, 500]').toBeGreaterThan(100);
    expect(p95).toBeLessThanOrEqual(500);
  });

  it('tell quantiles of an exponential histogram within a factor of 2^(1/8), the width of its buckets', async () => {
    const sum = SIZES.reduce((a, b) => a + b);

    expect(await value('answer.size', 'count')).toBe(SIZES.length);
    expect(((await value('answer.size', 'sum')) as number) / sum).toBeCloseTo(1, 9);
    for (const [stat, rank] of [
      ['p50', 100],
      ['p95', 190],
      ['p99', 198],
    ] as const) {
      const factor = ((await value('answer.size', stat)) as number) / SIZES[rank - 1]!;
      expect(Math.abs(Math.log2(factor)), stat).toBeLessThanOrEqual(1 / 8);
    }
  });

  it('come under the name and unit of the catalogue where OpenTelemetry gives them a name', async () => {
    expect(await value('service.requestDuration', 'count')).toBe(3);
    expect(await value('service.requestDuration', 'sum')).toBe(1500);
  });
});

describe('An export of metrics whose answer was lost', () => {
  it.each(TEMPORALITIES)('is sent again by the exporter and counts once (%s)', async (temporality) => {
    const proxy = await lossyProxy(product.url);
    const service = `retried-${temporality}`;
    const provider = metrics({ ...ENCODINGS[0], endpoint: proxy.url, temporality }, service);
    provider.getMeter('shop').createCounter('shop.payments').add(42);
    await sleep(A_TICK_MS);

    await provider.shutdown();
    await proxy.close();

    expect(proxy.statuses).toEqual([200, 200]);
    expect(await product.value('shop.payments', 'sum', `service:${service}`)).toBe(42);
  });
});

describe('The server', () => {
  it('had nothing to complain about', () => {
    expect(product.logged).toEqual([]);
  });
});
