import { describe, expect, it } from 'vitest';
import type { DoorOptions } from '../../core/telemetry/decoded.ts';
import type { Inference } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { decodeOtlpMetrics } from '../../core/telemetry/otlp/metrics.ts';
import { decodeOtlpTraces } from '../../core/telemetry/otlp/traces.ts';
import { inferences } from '../../demo/fleet.ts';
import { gpuMetrics } from '../../demo/gpuMetrics.ts';
import { traceRequest } from '../../demo/spans.ts';
import { vllmReporter } from '../../demo/vllmMetrics.ts';

const anchorMs = Date.UTC(2026, 10, 20, 15);
const fleet = { seed: 1, anchorMs, requestsPerMinute: 20 };
const range = { fromMs: anchorMs - 6 * HOUR, toMs: anchorMs };
const times = Array.from({ length: 12 }, (_, i) => anchorMs - HOUR + i * 5 * MINUTE);
const door: DoorOptions = { nowMs: anchorMs, maxAgeMs: 35 * DAY, maxAheadMs: 10 * MINUTE, keepContent: false };
const bytes = (body: object) => new TextEncoder().encode(JSON.stringify(body));

describe('what the fleet sends by OTLP, read at the door', () => {
  it('gives one inference event for each Bedrock call, and none for the agent above it', () => {
    const decoded = decodeOtlpTraces(bytes(traceRequest(fleet, range)!), 'json', door);

    expect([decoded.rejected, decoded.noted]).toEqual([[], []]);
    const read = decoded.content.events.flatMap((event) => (event.kind === 'inference' ? [event] : []));
    const sent = [...inferences(fleet, range, 'spans')];
    const told = (calls: readonly Inference[]) =>
      calls
        .map(
          ({ timestamp, deployment, model, team, project, environment, region, account, client, status, ...call }) => ({
            ...{ timestamp, deployment, model, team, project, environment, region, account, client },
            ...{ isOk: status === 'ok', inputTokens: call.inputTokens, outputTokens: call.outputTokens },
            ...{ cacheReadTokens: call.cacheReadTokens, latencyMs: Math.round((call.latencyMs ?? Number.NaN) * 10) },
            timeToFirstTokenMs:
              call.timeToFirstTokenMs === undefined ? undefined : Math.round(call.timeToFirstTokenMs * 10),
          }),
        )
        .sort((a, b) => a.timestamp - b.timestamp || (a.deployment < b.deployment ? -1 : 1));
    expect(sent.length).toBeGreaterThan(300);
    expect(told(read)).toEqual(told(sent));
    expect(decoded.content.spans.length).toBeGreaterThan(sent.length);
  });

  it('gives GPU and vLLM metrics under the names of the catalogue, with their deployment', () => {
    const resourceMetrics = [...gpuMetrics(fleet, times), ...vllmReporter(fleet)(times)];

    const decoded = decodeOtlpMetrics(bytes({ resourceMetrics }), 'json', door);

    expect([decoded.rejected, decoded.noted]).toEqual([[], []]);
    const { samples } = decoded.content;
    expect(samples.every(({ labels }) => labels.deployment)).toBe(true);
    const names = new Set(samples.map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')));
    expect([...names].sort()).toEqual([
      'gpu.memoryFree',
      'gpu.memoryUsed',
      'gpu.power',
      'gpu.temperature',
      'gpu.utilization',
      'serving.generationTokens',
      'serving.kvCacheUtilization',
      'serving.promptTokens',
      'serving.requestLatency',
      'serving.requests',
      'serving.requestsRunning',
      'serving.timeToFirstToken',
    ]);
  });
});
