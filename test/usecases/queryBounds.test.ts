import { describe, expect, it } from 'vitest';
import { zstd } from '../../adapters/zstd.ts';
import { readSamples } from '../../core/query/samples.ts';
import { uniformGrid } from '../../core/query/time.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { call, NOW, range, sample, T0, world } from './world.ts';

const STEPS = 45_000;
const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`);

describe('a query that would hold too much', () => {
  it('of many series in many steps is refused before they are laid out', async () => {
    const one = world();
    await one.send({ samples: ids.map((id) => sample('load', 'gauge', T0, 1, { id })) });
    await one.roll();

    await expect(one.ask(`metric=load&step=1m${range(T0, T0 + STEPS * MINUTE)}`)).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringMatching(/50 series of 45000 points are too many/),
    });
  });

  it('of different values in many groups and steps is refused, too', async () => {
    const one = world();
    await one.send({ events: ids.map((client) => call({ client })) });
    await one.roll();

    const asked = `metric=usage.activeClients&groupBy=client&step=1h${range(NOW - STEPS * HOUR, NOW)}`;
    await expect(one.ask(asked)).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringMatching(/50 groups of 45000 points are too many/),
    });
  });

  it('of too many readings asks for a narrower range', async () => {
    const one = world();
    await one.send({ samples: ids.map((_, i) => sample('load', 'gauge', T0 + i * MINUTE, 1)) });
    await one.roll();
    const selection = {
      groupBy: [],
      filters: [],
      grid: uniformGrid({ fromMs: T0, toMs: T0 + HOUR }, 0),
      nowMs: NOW,
      maxStepMs: DAY,
      notes: new Set<string>(),
      spanCallsLeftOut: { most: 0 },
    };
    const reading = {
      rollups: one.store,
      reader: blockReader({ rollups: one.store, compression: zstd(1) }, 1_000_000),
    };

    expect(await readSamples(reading, 'load', selection, 50)).toHaveLength(1);
    await expect(readSamples(reading, 'load', selection, 49)).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringMatching(/more than 49 readings in this range; narrow the range/),
    });
  });
});
