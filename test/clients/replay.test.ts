import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../bench/chance.ts';
import { run } from '../cli/harness.ts';
import { type Product, startProduct } from './product.ts';

/** A day of requests two years ago, tokens log-normal: a trace as they are published. */
const REQUESTS = 3_000;
const FIRST_MS = Date.UTC(2024, 2, 1);
const random = mulberry32(5);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const tokens = (median: number, spread: number) => Math.max(1, Math.round(median * Math.exp(spread * normal())));
const TRACE = Array.from({ length: REQUESTS }, (_, i) => ({
  timeMs: FIRST_MS + Math.round(((i + random()) / REQUESTS) * 86_400_000),
  inputTokens: tokens(1500, 1.1),
  outputTokens: tokens(13, 1.5),
}));
const FIELDS = ['inputTokens', 'outputTokens'] as const;

let product: Product;
let file: string;
beforeAll(async () => {
  product = await startProduct();
  file = join(product.dataDir, 'trace.csv');
  const rows = TRACE.map(({ timeMs, inputTokens, outputTokens }) => {
    const time = new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '0000');
    return `${time},${inputTokens},${outputTokens}\n`;
  });
  writeFileSync(file, `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('')}`);
});
afterAll(() => product.stop());

/** Exact quantile by linear interpolation. */
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)]!;
  return low + (rank - Math.floor(rank)) * (sorted[Math.ceil(rank)]! - low);
};

const told = async (metric: string, stat: string, deployment: string, range: { from: string; to: string }) => {
  const { series } = await product.query({ metric, stat, filter: `deployment:${deployment}`, step: 'all', ...range });
  return series.map(({ points }) => points[0]![1]);
};

const NOW = { from: 'now-25h', to: 'now+10m' };
const THEN = { from: '2024-03-01', to: '2024-03-02' };

describe.each([
  ['shifted to end now', ['--speed', 'max'], 'shifted', NOW],
  ['with its own dates', ['--keep-time'], 'kept', THEN],
])('A replayed trace %s', (_how, args, deployment, range) => {
  it('comes in whole', async () => {
    const replay = ['replay', '--format', 'azure-llm', file, ...args, '--deployment', deployment];
    const { code, stdout, stderr } = await run([...replay, '--url', product.url]);
    await product.settled();

    expect([code, stdout], stderr).toEqual([0, expect.stringMatching(/3,000 accepted, 0 rejected/)]);
    expect(await told('inference.requests', 'count', deployment, range)).toEqual([REQUESTS]);
  });

  it.each(FIELDS)('has the trace’s sum of %s exactly, and its quantiles within 1 %%', async (field) => {
    const values = TRACE.map((request) => request[field]);
    const sum = values.reduce((a, b) => a + b);
    const [p50, p95, p99] = await told(`inference.${field}`, 'p50,p95,p99', deployment, range);

    expect(await told(`inference.${field}`, 'sum', deployment, range)).toEqual([sum]);
    for (const [value, q] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const)
      expect(Math.abs(value! / quantile(values, q) - 1), `p${q * 100}`).toBeLessThanOrEqual(0.01);
  });

  it('has no latency, since the trace has none', async () => {
    const [latency = null] = await told('inference.latency', 'count', deployment, range);

    expect(latency === null || latency === 0).toBe(true);
  });
});

describe('A trace imported with its own dates once more', () => {
  it('counts once', async () => {
    const replay = ['replay', '--format', 'azure-llm', file, '--keep-time', '--deployment', 'kept'];
    await run([...replay, '--url', product.url]);
    await product.settled();

    expect(await told('inference.requests', 'count', 'kept', THEN)).toEqual([REQUESTS]);
  });
});
