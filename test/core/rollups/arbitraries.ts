import fc from 'fast-check';
import type { Block, Column } from '../../../core/rollups/block.ts';
import { blockBuilder } from '../../../core/rollups/builder.ts';
import { addCount, addValue } from '../../../core/rollups/draft.ts';
import { DAY, HOUR, MINUTE } from '../../../core/telemetry/families.ts';
import { binOf } from '../../../core/telemetry/sketch.ts';

export const SHAPE = { family: 'inference.deployment', stepMs: MINUTE, dimensions: ['deployment', 'model'] };
export const START = Date.parse('2026-03-04T00:00:00Z');

/** What one event adds to a block. A measure that is undefined is not reported. */
export interface Entry {
  series: readonly [string, string];
  timeMs: number;
  latency?: number;
  tokens?: number;
  errors?: number;
}

/** Few names and times, so that entries meet in the same rows. */
export const entry = (value: fc.Arbitrary<number>): fc.Arbitrary<Entry> =>
  fc.record(
    {
      series: fc.tuple(fc.constantFrom('a', 'b', 'ü', ''), fc.constantFrom('x', 'y', '')),
      timeMs: fc.integer({ min: 0, max: 3 * HOUR }).map((ms) => START + ms),
      latency: value,
      tokens: fc.integer({ min: 0, max: 100_000 }),
      errors: fc.constant(1),
    },
    { requiredKeys: ['series', 'timeMs'] },
  );

export const wholeNumber = fc.integer({ min: -1000, max: 100_000 });
export const anyNumber = fc.oneof(
  wholeNumber,
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
  fc.constantFrom(0, -0, 0.1, 123.456, 5e-324, 1.7e308, -1.7e308, 2 ** 53, 1e-7),
);

export const entries = (value: fc.Arbitrary<number>) => fc.array(entry(value), { minLength: 1, maxLength: 60 });

export const blockOf = (all: readonly Entry[]): Block => {
  const builder = blockBuilder(SHAPE);
  for (const { series, timeMs, latency, tokens, errors } of all) {
    const row = builder.rowOf(builder.seriesOf(series), Math.floor(timeMs / MINUTE) * MINUTE);
    if (latency !== undefined) {
      addValue(builder.draftOf('latency', 'distribution'), row, latency, timeMs, binOf(latency));
    }
    if (tokens !== undefined) {
      addValue(builder.draftOf('tokens', 'distribution'), row, tokens, timeMs, binOf(tokens));
    }
    if (errors !== undefined) addCount(builder.draftOf('errors', 'count'), row, errors);
  }
  return builder.build();
};

/** A block as rows, for comparison: by series and time, each measure that the row has, zero without a sign. */
export const rowsOf = (block: Block) =>
  Array.from(block.rowTime, (time, r) => ({
    series: block.series[block.rowSeries[r]!]!.join('|'),
    time,
    ...Object.fromEntries([...block.columns].flatMap(([name, column]) => measured(name, column, r))),
  }));

const plain = (value: number) => value + 0;

const measured = (name: string, column: Column, r: number): [string, unknown][] => {
  if (column.kind === 'count') return column.sum[r] === 0 ? [] : [[name, column.sum[r]]];
  if (column.kind === 'point') return [[name, plain(column.value[r]!)]];
  if (column.n[r] === 0) return [];
  const { n, sum, min, max, lastTime, last } = column;
  const fields = [n, sum, min, max, lastTime, last].map((field) => plain(field[r]!));
  if (column.kind === 'stretch') {
    return [[name, { fields: [...fields, column.firstTime[r], column.first[r], column.increase[r]] }]];
  }
  const { binStart, binKeys, binCounts } = column;
  const bins: [number, number][] = [];
  for (let b = binStart[r]!; b < binStart[r + 1]!; b++) bins.push([binKeys[b]!, binCounts[b]!]);
  return [[name, { fields, bins }]];
};

export { DAY, HOUR, MINUTE };
