import { describe, expect, it } from 'vitest';
import type { SampleKind } from '../../core/telemetry/batch.ts';
import { HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { byLabel, call, range, sample, T0, valuesOf, world } from './world.ts';

const hour = range(T0, T0 + HOUR);

/** One reading of each of four series, of which two are over the limit. */
const foldedWorld = async (kind: SampleKind) => {
  const one = world({ limits: { valuesPerClient: 2 } });
  const models = ['a', 'b', 'c', 'd'];
  await one.send({ samples: models.map((model, i) => sample('load', kind, T0 + i * MINUTE, 10, { model })) });
  await one.roll();
  return one;
};

describe('series over the limit', () => {
  it.each([
    ['gauge', 'avg', 10],
    ['delta', 'sum', 20],
  ] as const)('of %ss are grouped as __other__, with a note', async (kind, stat, value) => {
    const one = await foldedWorld(kind);
    const asked = `metric=load&stat=${stat}&step=all${hour}`;

    const answer = await one.ask(`${asked}&groupBy=model`);
    expect(byLabel(answer, 'model')).toEqual({ a: 10, b: 10, __other__: value });
    expect(answer.note).toMatch(/taken together as __other__/);
    expect(valuesOf(await one.ask(`${asked}&filter=model:__other__`))).toEqual([value]);
    expect((await one.ask(`${asked}&filter=model:a`)).note).toMatch(/left out/);
  });

  it('of counters are left out, with a note', async () => {
    const answer = await (await foldedWorld('counter')).ask(`metric=load&stat=sum&step=all&groupBy=model${hour}`);
    expect(Object.keys(byLabel(answer, 'model'))).toEqual(['a', 'b']);
    expect(answer.note).toMatch(/left out/);
  });

  it('of clients make the number of different ones a lower bound', async () => {
    const one = world({ limits: { valuesPerClient: 2, valuesPerDimension: 2 } });
    await one.send({ events: ['a', 'b', 'c', 'd'].map((client) => call({ client })) });
    await one.roll();
    const answer = await one.ask(`metric=usage.activeClients&step=all${hour}`);
    expect(valuesOf(answer)).toEqual([3]);
    expect(answer.note).toMatch(/at least/);
  });
});

describe('names that every object answers to', () => {
  it.each(['constructor', 'toString', '__proto__'])('are labels only where given: %s', async (name) => {
    const one = world();
    await one.send({ samples: [sample('load', 'gauge', T0, 1, { model: 'a' })] });
    await one.roll();

    const answer = await one.ask(`metric=load&step=all&groupBy=model&filter=${name}:${hour}`);
    expect(byLabel(answer, 'model')).toEqual({ a: 1 });
    expect((await one.ask(`metric=load&step=all&groupBy=${name}${hour}`)).series[0]!.labels[name]).toBe('');
    await expect(one.values(name, `from=${T0}`)).rejects.toMatchObject({ code: 'notFound' });
  });
});
