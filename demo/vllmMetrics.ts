import { DAY, MINUTE } from '../core/telemetry/families.ts';
import { FLEET, type FleetDeployment } from './deployments.ts';
import type { Call } from './inferences.ts';
import { type Fleet, inferencesOf } from './inferences.ts';
import { attributes, nanos, type OtlpMetric, type ResourceMetrics } from './otlp.ts';
import { resourceOf } from './resource.ts';

/** Bucket bounds in seconds, as vLLM 0.8 declares them (vllm/engine/metrics.py); the histogram of latency uses the upper ones. */
const TTFT_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
] as const;
const LATENCY_BOUNDS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
] as const;

/** A vLLM server's running totals since its start. */
interface Totals {
  startMs: number;
  untilMs: number;
  promptTokens: number;
  generationTokens: number;
  succeeded: number;
  ttft: Histogram;
  latency: Histogram;
}

interface Histogram {
  bounds: readonly number[];
  counts: number[];
  count: number;
  sumS: number;
}

/**
 * What the vLLM servers of the fleet report at given times, by vLLM's own names. Counters are cumulative and count the
 * very calls that are reported as events; each server is restarted at midnight UTC, so they begin at 0 again.
 * Keeps its place between calls: times that go forward cost only the calls in between, others a new count from midnight.
 */
export const vllmReporter = (fleet: Fleet) => {
  const servers = FLEET.filter(({ provider }) => provider === 'vllm').map((deployment) => ({
    deployment,
    totals: start(0),
  }));
  return (times: readonly number[]): ResourceMetrics[] =>
    servers.map((server) => {
      const { deployment } = server;
      const labels = attributes({ model_name: deployment.model, engine: '0' });
      const finished = attributes({ model_name: deployment.model, engine: '0', finished_reason: 'stop' });
      const points = times.map((atMs) => {
        server.totals = advance(fleet, deployment, server.totals, atMs);
        const { totals } = server;
        const at = { attributes: labels, timeUnixNano: nanos(atMs), startTimeUnixNano: nanos(totals.startMs) };
        const { running, kvCache } = serving(fleet, deployment, atMs);
        return {
          prompt: { ...at, asDouble: totals.promptTokens },
          generation: { ...at, asDouble: totals.generationTokens },
          success: { ...at, attributes: finished, asDouble: totals.succeeded },
          running: { ...at, asDouble: running },
          kvCache: { ...at, asDouble: kvCache },
          ttft: { ...at, ...histogramPoint(totals.ttft) },
          latency: { ...at, ...histogramPoint(totals.latency) },
        };
      });
      const pick = <K extends keyof (typeof points)[number]>(key: K) => points.map((point) => point[key]);
      const metrics: OtlpMetric[] = [
        { name: 'vllm:prompt_tokens_total', unit: '1', sum: cumulative(pick('prompt')) },
        { name: 'vllm:generation_tokens_total', unit: '1', sum: cumulative(pick('generation')) },
        { name: 'vllm:request_success_total', unit: '1', sum: cumulative(pick('success')) },
        { name: 'vllm:num_requests_running', unit: '1', gauge: { dataPoints: pick('running') } },
        { name: 'vllm:kv_cache_usage_perc', unit: '1', gauge: { dataPoints: pick('kvCache') } },
        {
          name: 'vllm:time_to_first_token_seconds',
          unit: 's',
          histogram: { dataPoints: pick('ttft'), aggregationTemporality: 2 },
        },
        {
          name: 'vllm:e2e_request_latency_seconds',
          unit: 's',
          histogram: { dataPoints: pick('latency'), aggregationTemporality: 2 },
        },
      ];
      return { resource: { attributes: resourceOf(deployment) }, scopeMetrics: [{ scope: { name: 'vllm' }, metrics }] };
    });
};

const cumulative = <P>(dataPoints: P[]) => ({
  dataPoints,
  aggregationTemporality: 2 as const,
  isMonotonic: true as const,
});

const histogram = (bounds: readonly number[]): Histogram => ({
  bounds,
  counts: Array.from({ length: bounds.length + 1 }, () => 0),
  count: 0,
  sumS: 0,
});

const start = (startMs: number): Totals => ({
  startMs,
  untilMs: startMs,
  promptTokens: 0,
  generationTokens: 0,
  succeeded: 0,
  ttft: histogram(TTFT_BOUNDS),
  latency: histogram(LATENCY_BOUNDS),
});

/** The totals at a time, going on from earlier ones of the same day where they can; those are used up. */
const advance = (fleet: Fleet, deployment: FleetDeployment, from: Totals, atMs: number): Totals => {
  const dayMs = Math.floor(atMs / DAY) * DAY;
  const totals = from.startMs === dayMs && from.untilMs <= atMs ? from : start(dayMs);
  for (let minuteMs = Math.floor(totals.untilMs / MINUTE) * MINUTE; minuteMs < atMs; minuteMs += MINUTE)
    for (const call of inferencesOf(fleet, deployment, minuteMs))
      if (call.timestamp >= totals.untilMs && call.timestamp < atMs) add(totals, call);
  totals.untilMs = atMs;
  return totals;
};

const add = (totals: Totals, call: Call): void => {
  totals.promptTokens += call.inputTokens ?? 0;
  totals.generationTokens += call.outputTokens ?? 0;
  if (call.status === 'ok') totals.succeeded++;
  if (call.timeToFirstTokenMs !== undefined) observe(totals.ttft, call.timeToFirstTokenMs / 1000);
  observe(totals.latency, call.latencyMs / 1000);
};

const observe = (into: Histogram, seconds: number): void => {
  const found = into.bounds.findIndex((bound) => seconds <= bound);
  const bucket = found < 0 ? into.bounds.length : found;
  into.counts[bucket] = into.counts[bucket]! + 1;
  into.count++;
  into.sumS += seconds;
};

const histogramPoint = ({ bounds, counts, count, sumS }: Histogram) => ({
  count: String(count),
  sum: sumS,
  bucketCounts: counts.map(String),
  explicitBounds: bounds,
});

/** Calls that a server is working on at a moment, and the part of its key-value cache that they fill. */
const serving = (fleet: Fleet, deployment: FleetDeployment, atMs: number) => {
  const minuteMs = Math.floor(atMs / MINUTE) * MINUTE;
  const running = [minuteMs - MINUTE, minuteMs]
    .flatMap((minute) => inferencesOf(fleet, deployment, minute))
    .filter(({ timestamp, latencyMs }) => timestamp <= atMs && timestamp + latencyMs > atMs).length;
  return { running, kvCache: Math.min(1, Math.round(running * 0.07 * 1000) / 1000) };
};
