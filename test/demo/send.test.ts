import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { backfill } from '../../demo/backfill.ts';
import { type DemoNews, runDemo } from '../../demo/demo.ts';
import { FLEET } from '../../demo/deployments.ts';
import { fleetEvents, inferences } from '../../demo/fleet.ts';
import { live } from '../../demo/live.ts';
import type { OtlpMetric, ResourceMetrics } from '../../demo/otlp.ts';
import { readProgress } from '../../demo/progress.ts';
import { startDemo } from '../../demo/start.ts';
import { captureServer } from './capture.ts';

const anchorMs = Date.UTC(2026, 10, 20, 15);
const nowMs = anchorMs + 17 * MINUTE;
const seed = 1;
const fleet = { seed, anchorMs, requestsPerMinute: 20 };

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
const capture = async (...args: Parameters<typeof captureServer>) => {
  const server = await captureServer(...args);
  cleanUps.push(server.close);
  return server;
};
const progressFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'demo.json');
};

type Server = Awaited<ReturnType<typeof captureServer>>;
const eventsOf = (server: Server): ModelEvent[] => server.distinct('/v1/events').flatMap((body) => JSON.parse(body));
interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { intValue?: string; stringValue?: string } }[];
}
const spansOf = (server: Server): Span[] =>
  server
    .distinct('/v1/traces')
    .flatMap((body) => JSON.parse(body).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans[0].spans);
const metricsOf = (server: Server, name: string): OtlpMetric[] =>
  server
    .distinct('/v1/metrics')
    .flatMap((body): ResourceMetrics[] => JSON.parse(body).resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics[0]!.metrics)
    .filter((metric) => metric.name === name);
const attributeSum = (spans: readonly Span[], key: string) =>
  spans.reduce(
    (sum, span) => sum + Number(span.attributes.find((attribute) => attribute.key === key)?.value.intValue ?? 0),
    0,
  );
const ids = (events: readonly ModelEvent[]) => events.flatMap(({ id }) => id ?? []).sort();

describe('backfill', () => {
  it('sends every event of the range once: as JSON, or as spans, within the bounds of a request', async () => {
    const server = await capture();

    await backfill({ baseUrl: server.baseUrl, nowMs, days: 1, seed });

    const range = { fromMs: anchorMs - DAY, toMs: nowMs };
    const expected = [...fleetEvents({ ...fleet, ...range })];
    const bedrock = [...inferences(fleet, range, 'spans')];
    expect(ids(eventsOf(server)).concat(ids(bedrock)).sort()).toEqual(ids(expected));
    const calls = spansOf(server).filter(({ name }) => name.startsWith('chat '));
    expect(calls).toHaveLength(bedrock.length);
    expect(attributeSum(calls, 'gen_ai.usage.input_tokens')).toBe(
      bedrock.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0),
    );
    for (const { body, path } of server.requests) {
      expect(Buffer.byteLength(body)).toBeLessThan(4 * 1024 * 1024);
      if (path === '/v1/events') expect(JSON.parse(body).length).toBeLessThan(10_000);
    }
  });

  it('gives every span an id of its own, and an agent a span above its calls', async () => {
    const server = await capture();

    await backfill({ baseUrl: server.baseUrl, nowMs, days: 1, seed });

    const spans = spansOf(server);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    expect(byId.size).toBe(spans.length);
    const children = spans.filter(({ parentSpanId }) => parentSpanId);
    expect(children.length).toBeGreaterThan(100);
    for (const { parentSpanId, traceId, spanId } of children) {
      expect(byId.get(parentSpanId!)).toMatchObject({ name: 'invoke_agent ticket-triage', traceId });
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it("counts in vLLM's counters the very calls that it sends as events, from midnight on", async () => {
    const server = await capture();
    const midnightMs = anchorMs - 15 * HOUR;

    await backfill({ baseUrl: server.baseUrl, nowMs, days: 1, seed });

    const points = metricsOf(server, 'vllm:prompt_tokens_total').flatMap((metric) =>
      'sum' in metric ? metric.sum.dataPoints : [],
    );
    const model = 'meta-llama/Llama-3.3-70B-Instruct';
    const last = points
      .filter(({ attributes }) => JSON.stringify(attributes).includes(model))
      .sort((a, b) => Number(a.timeUnixNano) - Number(b.timeUnixNano))
      .at(-1)!;
    const lastMs = Number(last.timeUnixNano) / 1e6;
    const calls = eventsOf(server).flatMap((event) =>
      event.kind === 'inference' && event.model === model ? [event] : [],
    );
    expect(lastMs).toBe(anchorMs + 15 * MINUTE);
    expect(Number(last.startTimeUnixNano) / 1e6).toBe(midnightMs);
    expect(last.asDouble).toBe(
      calls
        .filter(({ timestamp }) => timestamp >= midnightMs && timestamp < lastMs)
        .reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0),
    );
    for (const metric of metricsOf(server, 'vllm:time_to_first_token_seconds'))
      for (const { count, bucketCounts, explicitBounds } of 'histogram' in metric ? metric.histogram.dataPoints : []) {
        expect(bucketCounts).toHaveLength(explicitBounds.length + 1);
        expect(bucketCounts.reduce((sum, value) => sum + Number(value), 0)).toBe(Number(count));
      }
  });

  it('sends the same bodies under the same keys when it is run again, and tells how far it is', async () => {
    const [first, second] = [await capture(), await capture()];
    const told: number[][] = [];

    await backfill({
      baseUrl: first.baseUrl,
      nowMs,
      days: 1,
      seed,
      onProgress: (done, total) => void told.push([done, total]),
    });
    await backfill({ baseUrl: second.baseUrl, nowMs, days: 1, seed });

    const sent = (server: Server) => server.requests.map(({ path, key, body }) => `${path} ${key} ${body}`).sort();
    expect(sent(second)).toEqual(sent(first));
    expect(told).toEqual(Array.from({ length: 25 }, (_, i) => [i + 1, 25]));
  });

  it('waits as it is told to by 429 and 503, and sends again', async () => {
    const server = await capture((_, count) =>
      count < 2 ? { status: count === 0 ? 429 : 503, headers: { 'retry-after': '1' } } : undefined,
    );
    const startMs = performance.now();

    await backfill({ baseUrl: server.baseUrl, nowMs: anchorMs, fromMs: anchorMs - HOUR, seed });

    expect(performance.now() - startMs).toBeGreaterThan(990);
    expect(server.requests).toHaveLength(5);
  });

  it('stops with the answer when the server refuses what it sends', async () => {
    const server = await capture(() => ({ status: 400 }));

    await expect(backfill({ baseUrl: server.baseUrl, nowMs, days: 1, seed })).rejects.toThrow(/answered 400/);
  });

  it('stops when it is told to', async () => {
    const server = await capture();
    const stop = new AbortController();

    const running = backfill({
      baseUrl: server.baseUrl,
      nowMs,
      seed,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });

    await expect(running).rejects.toThrow(/abort/);
  });
});

describe('live', () => {
  it('goes on where it was, slice by slice, and ends when it is told to', async () => {
    const server = await capture();
    const stop = new AbortController();
    // Each look at the clock finds it almost a slice later, so that the next one is due within milliseconds.
    let looks = 0;
    const now = () => nowMs + 4990 * looks++;
    const ranges: { fromMs: number; toMs: number }[] = [];
    const beforeSend = (range: { fromMs: number; toMs: number }) => {
      ranges.push(range);
      if (ranges.length === 6) stop.abort();
    };

    await live({
      baseUrl: server.baseUrl,
      seed,
      anchorMs,
      fromMs: nowMs - 30_000,
      now,
      beforeSend,
      signal: stop.signal,
    });

    expect(ranges[0]).toEqual({ fromMs: nowMs - 30_000, toMs: nowMs });
    for (const [i, range] of ranges.slice(1).entries()) expect(range.fromMs).toBe(ranges[i]!.toMs);
    const expected = fleetEvents({ ...fleet, fromMs: nowMs - 30_000, toMs: ranges.at(-2)!.toMs });
    const sentAs = new Set(FLEET.filter(({ sends }) => sends === 'events').map(({ name }) => name));
    expect(ids(eventsOf(server))).toEqual(
      ids([...expected].filter((event) => event.kind !== 'inference' || sentAs.has(event.deployment))),
    );
  });
});

describe('the demo', () => {
  it('fills history, goes live, and after a stop goes on without sending anything twice', async () => {
    const server = await capture();
    const file = progressFile();
    const runUntilLive = async (clockMs: number) => {
      const stop = new AbortController();
      const news: DemoNews[] = [];
      const tell = (item: DemoNews) => {
        news.push(item);
        if (item.kind === 'live') stop.abort();
      };
      await runDemo({
        baseUrl: server.baseUrl,
        progressFile: file,
        seed,
        historyDays: 2,
        now: () => clockMs,
        tell,
        signal: stop.signal,
      });
      return news;
    };

    const news = await runUntilLive(nowMs);
    expect(news.at(-2)).toEqual({ kind: 'history', done: 49, total: 49 });
    expect(readProgress(file)).toEqual({ seed, anchorMs, fromMs: nowMs, toMs: nowMs });
    await runUntilLive(nowMs + 3 * HOUR);

    const expected = [...fleetEvents({ ...fleet, fromMs: anchorMs - 2 * DAY, toMs: nowMs + 3 * HOUR })];
    const bedrock = [...inferences(fleet, { fromMs: anchorMs - 2 * DAY, toMs: nowMs + 3 * HOUR }, 'spans')];
    expect(eventsOf(server)).toHaveLength(expected.length - bedrock.length);
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2 * 7);
  });

  it('sends a piece that was cut off again with the bounds it had', async () => {
    const file = progressFile();
    const server = await capture();
    const start = async (clockMs: number, isCut: (news: DemoNews) => boolean) => {
      const stop = new AbortController();
      const tell = (news: DemoNews) => isCut(news) && stop.abort();
      await runDemo({
        baseUrl: server.baseUrl,
        progressFile: file,
        seed,
        historyDays: 2,
        now: () => clockMs,
        tell,
        signal: stop.signal,
      });
    };

    await start(nowMs, (news) => news.kind === 'history' && news.done === 40);
    await start(nowMs + 10 * MINUTE, (news) => news.kind === 'live');

    const expected = [...fleetEvents({ ...fleet, fromMs: anchorMs - 2 * DAY, toMs: nowMs + 10 * MINUTE })];
    const bedrock = [...inferences(fleet, { fromMs: anchorMs - 2 * DAY, toMs: nowMs + 10 * MINUTE }, 'spans')];
    expect(eventsOf(server)).toHaveLength(expected.length - bedrock.length);
  });

  it('runs on a thread of its own, and stops', async () => {
    const server = await capture();
    const news: DemoNews[] = [];

    const demo = startDemo({ baseUrl: server.baseUrl, token: 'secret', progressFile: progressFile(), seed }, (item) =>
      news.push(item),
    );
    while (news.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await demo.stop();

    await demo.ended;
    expect(news[0]).toMatchObject({ kind: 'history', done: 1 });
    expect(server.requests.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
  });
});
