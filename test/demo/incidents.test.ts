import { describe, expect, it } from 'vitest';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { FLEET } from '../../demo/deployments.ts';
import { fleetEvents } from '../../demo/fleet.ts';
import { gpuMetrics } from '../../demo/gpuMetrics.ts';
import { INCIDENTS, RELEASES } from '../../demo/incidents.ts';
import type { Call } from '../../demo/inferences.ts';

const anchorMs = Date.UTC(2026, 10, 20, 15);
const fleet = { seed: 1, anchorMs, requestsPerMinute: 20 };
/** Offsets from the anchor. */
const events = (fromMs: number, toMs: number, deployment: string): ModelEvent[] =>
  [...fleetEvents({ ...fleet, fromMs: anchorMs + fromMs, toMs: anchorMs + toMs })].filter(
    (event) => event.deployment === deployment,
  );
const calls = (fromMs: number, toMs: number, deployment: string) =>
  events(fromMs, toMs, deployment).filter((event): event is Call => event.kind === 'inference');

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const p95 = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)]!;
const planted = (name: string) => INCIDENTS.find((incident) => incident.name === name)!;

describe('the planted incidents', () => {
  it('are all in the three weeks before the anchor, at deployments of the fleet', () => {
    for (const { deployment, fromMs, toMs } of INCIDENTS) {
      expect(FLEET.map(({ name }) => name)).toContain(deployment);
      expect(fromMs).toBeGreaterThan(-21 * DAY);
      expect(toMs ?? 0).toBeLessThanOrEqual(0);
    }
  });

  it('support-copilot is 2.2 times slower from its release on, and the release is told', () => {
    const { deployment, fromMs } = planted('latency regression after a release');
    const before = p95(calls(fromMs - DAY, fromMs, deployment).map(({ latencyMs }) => latencyMs));
    const after = p95(calls(fromMs, fromMs + DAY, deployment).map(({ latencyMs }) => latencyMs));

    expect(after / before).toBeGreaterThan(1.9);
    expect(after / before).toBeLessThan(2.5);
    const release = events(fromMs, fromMs + MINUTE, deployment).find(({ kind }) => kind === 'deployment');
    expect(release).toMatchObject({ action: 'released', modelVersion: '1.9.0', timestamp: anchorMs + fromMs });
    expect(calls(fromMs, fromMs + HOUR, deployment).every(({ modelVersion }) => modelVersion === '1.9.0')).toBe(true);
  });

  it('the GPU of growth-copywriter is 0 to 2 % busy for days, with nobody calling', () => {
    const { deployment, fromMs } = planted('idle GPU');
    const times = (from: number) => Array.from({ length: 48 }, (_, i) => anchorMs + from + i * HOUR);
    const utilisation = (from: number) =>
      gpuMetrics(fleet, times(from))
        .filter(({ resource }) => JSON.stringify(resource).includes(deployment))
        .flatMap(({ scopeMetrics }) => scopeMetrics[0]!.metrics)
        .flatMap((metric) =>
          'gauge' in metric && metric.name === 'DCGM_FI_DEV_GPU_UTIL' ? metric.gauge.dataPoints : [],
        )
        .map(({ asDouble }) => asDouble);

    expect(utilisation(fromMs)).toHaveLength(48);
    expect(Math.max(...utilisation(fromMs))).toBeLessThanOrEqual(2);
    expect(Math.min(...utilisation(fromMs - 3 * DAY))).toBeGreaterThan(10);
    expect(calls(fromMs, fromMs + DAY, deployment)).toEqual([]);
    expect(calls(fromMs - DAY, fromMs, deployment).length).toBeGreaterThan(500);
  });

  it("one client's tokens are six times as many for five hours", () => {
    const { deployment, fromMs, toMs } = planted('cost spike');
    const tokens = (from: number, to: number, client: string) =>
      mean(
        calls(from, to, deployment)
          .filter((call) => call.client === client)
          .map(({ inputTokens = 0, outputTokens = 0 }) => inputTokens + outputTokens),
      );

    expect(toMs! - fromMs).toBe(5 * HOUR);
    const ratio = tokens(fromMs, toMs!, 'growth-app-01') / tokens(fromMs - 3 * DAY, fromMs, 'growth-app-01');
    expect(ratio).toBeGreaterThan(4.5);
    expect(ratio).toBeLessThan(7.5);
    const others = tokens(fromMs, toMs!, 'search-app-01') / tokens(fromMs - 3 * DAY, fromMs, 'search-app-01');
    expect(others).toBeLessThan(2);
  });

  it('the mean of one feature of fraud-scorer moves by 1.5 deviations in six days, and accuracy falls', () => {
    const { deployment, fromMs } = planted('drifting feature');
    const feature = (name: string, from: number, to: number) =>
      mean(calls(from, to, deployment).map(({ features }) => Number(features![name])));
    const accuracy = (from: number, to: number) =>
      mean(
        events(from, to, deployment).flatMap((event) =>
          event.kind === 'outcome' && event.correct !== undefined ? [Number(event.correct)] : [],
        ),
      );

    expect(feature('amount', fromMs - DAY, fromMs)).toBeCloseTo(62, -1);
    expect(feature('amount', -3.5 * DAY, -2.5 * DAY)).toBeCloseTo(62 + 0.75 * 18, -1);
    expect(feature('amount', -6 * HOUR, 0)).toBeCloseTo(62 + 1.5 * 18, -1);
    expect(feature('accountAgeDays', -6 * HOUR, 0) / 410).toBeCloseTo(1, 1);
    expect(accuracy(fromMs - DAY, fromMs)).toBeGreaterThan(0.93);
    expect(accuracy(-12 * HOUR, 0)).toBeLessThan(0.9);
  });

  it('a quarter of the calls of product-ranker fail for 40 minutes, and only then', () => {
    const { deployment, fromMs, toMs } = planted('error burst');
    const failing = (from: number, to: number) =>
      mean(calls(from, to, deployment).map(({ status }) => Number(status !== 'ok')));

    expect(toMs! - fromMs).toBe(40 * MINUTE);
    expect(failing(fromMs, toMs!)).toBeGreaterThan(0.15);
    expect(failing(fromMs, toMs!)).toBeLessThan(0.36);
    expect(failing(fromMs - DAY, fromMs)).toBeLessThan(0.02);
    expect(failing(toMs!, toMs! + DAY)).toBeLessThan(0.02);
  });

  it('releases follow one another in time, each from the version before', () => {
    const sorted = RELEASES.map(({ atMs }) => atMs);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    for (const { name, firstVersion } of FLEET) {
      let version = firstVersion;
      for (const release of RELEASES.filter(({ deployment }) => deployment === name)) {
        expect(release.previous).toBe(version);
        version = release.version;
      }
    }
  });
});
