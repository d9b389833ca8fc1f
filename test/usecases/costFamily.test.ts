import { describe, expect, it } from 'vitest';
import type { Inference } from '../../core/telemetry/events.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { call, range, sumOf, T0, valuesOf, world } from './world.ts';

const hour = range(T0, T0 + HOUR);
const rolledUp = async (events: readonly Partial<Inference>[]) => {
  const one = world();
  await one.send({ events: events.map((event) => call(event)) });
  await one.roll();
  const sum = async (metric: string, more = '') =>
    sumOf(valuesOf(await one.ask(`metric=${metric}&stat=sum&step=all${hour}${more}`)));
  return { ...one, sum };
};

describe('what is priced', () => {
  it('is each token once, in whatever shape it was reported', async () => {
    const cached = { cacheReadTokens: 700, cacheWriteTokens: 200, cacheWrite1hTokens: 50, outputTokens: 30 };
    const { sum, compact } = await rolledUp([
      { provider: 'openai', inputTokens: 1_000, ...cached },
      { provider: 'aws.bedrock', inputTokens: 100, ...cached },
      { provider: 'aws.bedrock', inputTokens: 1_000, tokenShape: 'inclusive', ...cached },
    ]);

    for (const state of ['loose', 'compacted']) {
      expect(await sum('cost.inputTokens'), state).toBe(300);
      expect(await sum('cost.outputTokens')).toBe(90);
      expect(await sum('cost.cacheReadTokens')).toBe(2_100);
      expect(await sum('cost.cacheWrite5mTokens')).toBe(450);
      expect(await sum('cost.cacheWrite1hTokens')).toBe(150);
      await compact();
    }
  });

  it('are only calls whose cost nobody said', async () => {
    const { sum } = await rolledUp([
      { inputTokens: 10, costUsd: 0.25, latencyMs: 40 },
      { inputTokens: 5, costUsd: 0 },
      { inputTokens: 7, latencyMs: 2 },
    ]);

    expect(await sum('cost.inputTokens')).toBe(7);
    expect(await sum('cost.reported')).toBe(0.25);
    expect(await sum('cost.reportedCalls')).toBe(2);
    expect(await sum('cost.calls')).toBe(3);
  });

  it('can be asked by client, team, model and tier together', async () => {
    const { ask } = await rolledUp([
      { client: 'a', team: 't', model: 'm', serviceTier: 'batch', inputTokens: 3 },
      { client: 'a', team: 't', model: 'm', inputTokens: 4 },
      { client: 'b', team: 'u', model: 'm', inputTokens: 5 },
    ]);
    const answer = await ask(`metric=cost.inputTokens&stat=sum&step=all&groupBy=client,team,model,serviceTier${hour}`);

    expect(answer.series.map(({ labels, points }) => [labels.client, labels.serviceTier ?? '', points[0]![1]])).toEqual(
      expect.arrayContaining([
        ['a', 'batch', 3],
        ['a', '', 4],
        ['b', '', 5],
      ]),
    );
  });

  it('counts once what an event says in dollars and a span in tokens', async () => {
    const { sum } = await rolledUp([
      { source: 'event', deployment: 'x', costUsd: 0.5 },
      { source: 'span', deployment: 'x', inputTokens: 1_000 },
      { source: 'span', deployment: 'y', inputTokens: 3 },
    ]);

    expect(await sum('cost.inputTokens')).toBe(3);
    expect(await sum('cost.reported')).toBe(0.5);
  });
});
