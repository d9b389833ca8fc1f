import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../core/telemetry/families.ts';
import { byLabel, call, NOW, range, sample, T0, valuesOf, world } from './world.ts';

describe('bounds of a round', () => {
  it('rolls up events of thousands of different hours, a bounded number of blocks at a time, each once', async () => {
    const it = world();
    const hours = 1_500;
    for (let batch = 0; batch < 15; batch++) {
      const at = (i: number) => NOW - ((batch * 100 + i) % hours) * HOUR;
      await it.send({ events: Array.from({ length: 100 }, (_, i) => call({ timestamp: at(i) })) });
    }

    await it.roll();

    const answer = await it.ask(`metric=inference.requests&step=all${range(NOW - 70 * DAY, NOW + HOUR)}`);
    expect(valuesOf(answer)).toEqual([hours]);
  });

  it('folds metrics over the limit of names into one, and counts them', async () => {
    const it = world({ limits: { valuesPerClient: 3 } });
    const names = ['a', 'b', 'c', 'd', 'e'];
    await it.send({ samples: names.map((name) => sample(name, 'gauge', T0, 1)) });

    await it.roll();

    const folded = await it.ask(`metric=modelmeter.folded&groupBy=dimension&step=all${range(T0, T0 + HOUR)}`);
    expect(byLabel(folded, 'dimension')).toEqual({ metric: 2 });
    const { metrics } = await it.catalog();
    const known = new Set(metrics.map(({ name }) => name));
    expect([...names, '__other__'].filter((name) => known.has(name))).toEqual(['a', 'b', 'c', '__other__']);
  });
});
