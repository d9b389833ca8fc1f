import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { byLabel, call, range, sumOf, T0, world } from './world.ts';

describe('grouping', () => {
  it('sums to the whole by whatever it groups, calls that say nothing of it included', async () => {
    const it = world();
    const calls = [
      call({ client: 'ada', endpoint: '/chat' }),
      call({ client: 'ben', timestamp: T0 + MINUTE }),
      call({ endpoint: '/embed', timestamp: T0 + 2 * MINUTE }),
      { ...call({ timestamp: T0 + 3 * MINUTE }), team: undefined } as ReturnType<typeof call>,
    ];
    await it.send({ events: calls });
    await it.roll();

    for (const dimension of ['client', 'endpoint', 'team', 'deployment', 'status']) {
      const answer = await it.ask(`metric=inference.requests&step=all&groupBy=${dimension}${range(T0, T0 + HOUR)}`);

      expect(sumOf(Object.values(byLabel(answer, dimension)))).toBe(calls.length);
    }
  });
});
