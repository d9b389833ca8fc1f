import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentsOf } from '../../core/cost/components.ts';
import { type CostComponent, changeBy, decompose, EFFECTS } from '../../core/cost/decompose.ts';

const component = (key: string, quantity: number, cost: number | null, unit = '{token}'): CostComponent => ({
  key,
  labels: { deployment: key },
  unit,
  quantity,
  cost,
});
const someComponents = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    labels: fc.record({ team: fc.constantFrom('x', 'y') }),
    unit: fc.constantFrom('h', '{token}'),
    quantity: fc.double({ min: -1e6, max: 1e9, noNaN: true }),
    cost: fc.option(fc.double({ min: -1e4, max: 1e6, noNaN: true })),
  }),
  { maxLength: 12 },
);

describe('decompose', () => {
  it('splits a hand-computed change into price, volume and mix', () => {
    // Before: 100 at $1, 100 at $3, average $2. After: 100 at $1, 200 at $4.
    const { change, parts, components } = decompose(
      [component('small', 100, 100), component('large', 100, 300)],
      [component('small', 100, 100), component('large', 200, 800)],
    );

    expect(change).toBe(500);
    expect(parts).toEqual({ price: 200, volume: 200, mix: 100, appeared: 0, vanished: 0, other: 0 });
    expect(components.map(({ key, change }) => [key, change])).toEqual([
      ['large', 500],
      ['small', 0],
    ]);
  });

  it('names what appeared, what vanished, and what has no quantity', () => {
    const { parts, change } = decompose(
      [component('old', 5, 50), component('fee', 0, 3)],
      [component('new', 2, 20), component('fee', 0, 4)],
    );

    expect(parts).toMatchObject({ appeared: 20, vanished: -50, other: 1 });
    expect(change).toBe(-29);
  });

  it('lists apart what has no price, and counts it in no total', () => {
    const { before, after, unpriced } = decompose(
      [component('a', 10, 5), component('b', 10, 10)],
      [component('a', 20, null), component('b', 10, 10), component('b', 4, null)],
    );

    expect([before, after]).toEqual([10, 10]);
    expect(unpriced).toEqual([
      expect.objectContaining({ key: 'a', quantity: { before: 0, after: 20 }, known: { before: 5, after: null } }),
      expect.objectContaining({ key: 'b', quantity: { before: 0, after: 4 }, known: { before: 10, after: 10 } }),
    ]);
  });

  it('stays finite for a quantity that is as good as none', () => {
    const { parts, change } = decompose([component('a', 5e-324, 7)], [component('a', 3, 9)]);

    expect([change, parts.other]).toEqual([2, 2]);
  });

  it('does not mix units: hours are not compared with tokens', () => {
    const { parts } = decompose(
      [component('gpu', 10, 100, 'h'), component('api', 1e6, 1)],
      [component('gpu', 20, 200, 'h'), component('api', 1e6, 1)],
    );

    expect(parts).toMatchObject({ volume: 100, mix: 0, price: 0 });
  });

  it('adds up to the change, in total, for each component and by any dimension', () => {
    fc.assert(
      fc.property(someComponents, someComponents, (before, after) => {
        const result = decompose(before, after);
        const byTeam = changeBy(result, ['team']);
        const sumOf = (parts: Record<string, number>) => EFFECTS.reduce((sum, effect) => sum + parts[effect]!, 0);
        const size = [...before, ...after].reduce((sum, { cost }) => sum + Math.abs(cost ?? 0), 1);
        // A tiny quantity has a huge price: what is added up, not only the result, sets the rounding.
        const moved = [result, ...result.components].reduce(
          (most, { parts }) => Math.max(most, ...EFFECTS.map((effect) => Math.abs(parts[effect]))),
          size,
        );

        for (const each of [result, ...result.components, ...byTeam])
          expect(Math.abs(sumOf(each.parts) - each.change)).toBeLessThanOrEqual(1e-9 * moved);
        expect(Math.abs(byTeam.reduce((sum, { change }) => sum + change, 0) - result.change)).toBeLessThanOrEqual(
          1e-9 * moved,
        );
      }),
    );
  });

  it('has no price effect when only quantities move, and only price when only prices do', () => {
    const amounts = fc.array(fc.record({ q: fc.integer({ min: 1, max: 1000 }), p: fc.integer({ min: 1, max: 50 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 2, max: 5 }), (list, factor) => {
        const of = (q: number, p: number) =>
          list.map((each, i) => component(`k${i}`, each.q * q, each.q * q * each.p * p));

        const more = decompose(of(1, 1), of(factor, 1));
        const dearer = decompose(of(1, 1), of(1, factor));

        expect(more.parts.price).toBeCloseTo(0, 6);
        expect(more.parts.mix).toBeCloseTo(0, 6); // all shares are as they were
        expect(more.parts.volume).toBeCloseTo(more.change, 6);
        expect(dearer.parts.price).toBeCloseTo(dearer.change, 6);
      }),
    );
  });

  it('is nothing of nothing', () => {
    expect(decompose([], [])).toMatchObject({ change: 0, components: [], unpriced: [] });
  });
});

describe('componentsOf', () => {
  it('adds entries up by dimensions, unpriced ones apart', () => {
    const entry = (cost: number | null) => ({
      startMs: 0,
      labels: { team: 'a', client: 'x', item: 'inputTokens' },
      quantity: 10,
      cost,
    });

    const components = componentsOf([entry(1), entry(2), entry(null)], ['team'], 0.5);

    expect(components).toEqual([
      { key: 'team=a', labels: { team: 'a' }, unit: '{token}', quantity: 10, cost: 1.5 },
      { key: 'team=a', labels: { team: 'a' }, unit: '{token}', quantity: 5, cost: null },
    ]);
  });
});
