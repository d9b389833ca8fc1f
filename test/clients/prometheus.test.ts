import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from './product.ts';
import {
  missingPrograms,
  type NodeExporter,
  type Prometheus,
  startNodeExporter,
  startPrometheus,
} from './prometheus.ts';

const missing = missingPrograms();
if (missing.length > 0) console.warn(`SKIPPED test/clients/prometheus.test.ts: not installed: ${missing.join(', ')}`);

const TOKEN = 'a-key:with-a-colon';
const SCRAPING_MS = 7_000;

let product: Product;
let exporter: NodeExporter;
let pair: Prometheus[] = [];

/** A highly available pair scrapes one host for some seconds; then nothing changes any more. */
const scrape = async () => {
  product = await startProduct({ token: TOKEN });
  exporter = await startNodeExporter();
  const to = { target: exporter.address, remoteUrl: product.url, password: TOKEN };
  pair = await Promise.all(['a', 'b'].map((replica) => startPrometheus({ ...to, replica })));
  await sleep(SCRAPING_MS);
  await exporter.stop();
  // It goes on to tell that the exporter is gone, so what is sent later than this has all of the rest before it.
  await Promise.all(pair.map((prometheus) => prometheus.sent(Date.now() + 1_000)));
  await product.settled();
};

describe.skipIf(missing.length > 0)('A pair of Prometheis that scrape node_exporter and write to us', () => {
  beforeAll(scrape);
  afterAll(async () => {
    await Promise.all([...pair.map((prometheus) => prometheus.stop()), exporter?.stop()]);
    await product?.stop();
  });

  /** What each of the pair read last of a series, while the exporter was there. */
  const lastRead = async (query: string): Promise<number[]> =>
    Promise.all(
      pair.map(async (prometheus) => Number((await prometheus.ask(`last_over_time(${query}[5m])`))[0]!.value![1])),
    );

  /** By how much each of the pair saw counters grow from its first reading to its last, summed over their series. */
  const grown = async (query: string): Promise<number[]> =>
    Promise.all(
      pair.map(async (prometheus) => {
        const series = await prometheus.ask(`${query}[5m]`);
        const growth = series.map(({ values }) => Number(values!.at(-1)![1]) - Number(values![0]![1]));
        return growth.reduce((sum, value) => sum + value);
      }),
    );

  const oneOf = (told: number | null | undefined, readings: readonly number[]) =>
    expect(
      readings.some((reading) => Math.abs(told! - reading) <= 1e-9 * Math.abs(reading)),
      `${told} is one of ${readings.join(' and ')}`,
    ).toBe(true);

  it('knows the host by the metrics of the catalogue, each once', async () => {
    expect(await product.value('host.memoryTotal', 'sum')).toBe((await lastRead('node_memory_MemTotal_bytes'))[0]);
    expect(await product.value('host.diskSize', 'sum')).toBe(
      Number((await pair[0]!.ask('sum(last_over_time(node_filesystem_size_bytes[5m]))'))[0]!.value![1]),
    );
    expect(await product.value('host.load1', 'count')).toBe(1);
  });

  it('tells gauges as one of the pair read them last', async () => {
    oneOf(await product.value('host.memoryAvailable', 'last'), await lastRead('node_memory_MemAvailable_bytes'));
    oneOf(await product.value('node_time_seconds', 'last'), await lastRead('node_time_seconds'));
  });

  it('tells by how much counters grew as one of the pair saw it, not as both', async () => {
    const byMode = await product.valuesBy('mode', 'host.cpuTime', 'sum');

    for (const mode of ['user', 'system', 'idle'])
      oneOf(byMode[mode], await grown(`node_cpu_seconds_total{mode="${mode}"}`));
    oneOf(
      await product.value('host.networkIo', 'sum', 'direction:receive'),
      await grown('node_network_receive_bytes_total'),
    );
  });

  it('keeps a metric that the catalogue does not know under its own name', async () => {
    const growth = await grown('node_context_switches_total');

    oneOf(await product.value('node_context_switches_total', 'sum'), growth);
    expect(growth[0]).toBeGreaterThan(0);
  });

  it('tells ratios of them', async () => {
    const inUse = async (prometheus: Prometheus) => {
      const average = async (metric: string) =>
        Number((await prometheus.ask(`avg_over_time(${metric}[5m])`))[0]!.value![1]);
      return (
        100 - (100 * (await average('node_memory_MemAvailable_bytes'))) / (await average('node_memory_MemTotal_bytes'))
      );
    };

    oneOf(await product.value('host.memoryInUse', 'ratio'), await Promise.all(pair.map(inUse)));
  });

  it('is refused without the key', async () => {
    expect((await fetch(`${product.url}/v1/query?metric=host.load1`)).status).toBe(401);
    expect((await fetch(`${product.url}/api/v1/write`, { method: 'POST', body: 'x' })).status).toBe(401);
  });

  it('gave the server nothing to complain about', () => {
    expect(product.logged).toEqual([]);
  });
});
