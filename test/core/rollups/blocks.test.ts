import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zstd } from '../../../adapters/zstd.ts';
import type { Block, DistributionColumn, StretchColumn } from '../../../core/rollups/block.ts';
import { blockBuilder, mergeBlocks } from '../../../core/rollups/builder.ts';
import { coarsen, splitByMetric } from '../../../core/rollups/coarsen.ts';
import { decodeBlock, encodeBlock } from '../../../core/rollups/codec.ts';
import { addPoint } from '../../../core/rollups/draft.ts';
import { ByteReader, ByteWriter, readNumbers, writeNumbers } from '../../../core/rollups/numbers.ts';
import { SAMPLES } from '../../../core/telemetry/families.ts';
import { quantile } from '../../../core/telemetry/sketch.ts';
import { exactQuantile, runs } from '../../usecases/world.ts';
import { anyNumber, blockOf, DAY, entries, HOUR, MINUTE, rowsOf, SHAPE, START, wholeNumber } from './arbitraries.ts';

const compression = zstd(1);
const again = (block: Block) => decodeBlock(encodeBlock(block, compression), compression);

describe('merging blocks', () => {
  it('gives the block of all their events, in any order and grouping', () => {
    fc.assert(
      fc.property(entries(wholeNumber), entries(wholeNumber), entries(wholeNumber), (a, b, c) => {
        const [x, y, z] = [blockOf(a), blockOf(b), blockOf(c)];
        const whole = rowsOf(blockOf([...a, ...b, ...c]));
        expect(rowsOf(mergeBlocks([x, y, z]))).toEqual(whole);
        expect(rowsOf(mergeBlocks([z, x, y]))).toEqual(whole);
        expect(rowsOf(mergeBlocks([mergeBlocks([y, z]), x]))).toEqual(whole);
      }),
      runs(100, 5_000),
    );
  });

  it('changes neither block', () => {
    const [a, b] = [
      blockOf([{ series: ['a', 'x'], timeMs: START, latency: 1 }]),
      blockOf([{ series: ['b', 'x'], timeMs: START, latency: 2 }]),
    ];
    const before = JSON.stringify([rowsOf(a), rowsOf(b)]);

    mergeBlocks([a, b]);

    expect(JSON.stringify([rowsOf(a), rowsOf(b)])).toBe(before);
  });

  it('sorts series by their values and rows by time', () => {
    fc.assert(
      fc.property(entries(wholeNumber), (all) => {
        const { series, rowSeries, rowTime } = blockOf(all);
        for (let r = 1; r < rowTime.length; r++) {
          const isSame = rowSeries[r] === rowSeries[r - 1];
          expect(isSame ? rowTime[r]! > rowTime[r - 1]! : rowSeries[r]! > rowSeries[r - 1]!).toBe(true);
        }
        expect(new Set(series.map((values) => values.join('|'))).size).toBe(series.length);
      }),
      runs(50, 1_000),
    );
  });

  it('keeps series apart whose values only look alike when joined', () => {
    const builder = blockBuilder(SHAPE);
    expect(builder.seriesOf(['a', 'b'])).not.toBe(builder.seriesOf(['a\u001fb', '']));
    expect(builder.seriesOf(['', 'b'])).not.toBe(builder.seriesOf(['b', '']));
  });
});

describe('a block as bytes', () => {
  it('comes back as it was, sums to 1e-9', () => {
    fc.assert(
      fc.property(entries(anyNumber), (all) => {
        const block = blockOf(all);
        const back = again(block);
        expect(back.series).toEqual(block.series);
        expect(back.rowTime).toEqual(block.rowTime);
        expect(back.rowSeries).toEqual(block.rowSeries);
        expect([...back.columns.keys()]).toEqual([...block.columns.keys()]);
        for (const [name, column] of block.columns) {
          const { sum, ...exact } = column as DistributionColumn;
          const { sum: sumBack, ...exactBack } = back.columns.get(name) as DistributionColumn;
          expect(exactBack).toEqual(exact);
          sum.forEach((value, r) => {
            if (!Number.isFinite(value)) expect(sumBack[r]).toEqual(value);
            else expect(Math.abs(sumBack[r]! - value)).toBeLessThanOrEqual(1e-9 * Math.abs(value));
          });
        }
      }),
      runs(200, 10_000),
    );
  });

  it('comes back when it has no rows', () => {
    expect(rowsOf(again(blockBuilder(SHAPE).build()))).toEqual([]);
  });

  it('gives the same bytes for the same content, however it came together', () => {
    fc.assert(
      fc.property(entries(wholeNumber), entries(wholeNumber), (a, b) => {
        const one = encodeBlock(mergeBlocks([blockOf(a), blockOf(b)]), compression);
        const other = encodeBlock(mergeBlocks([blockOf([...b].reverse()), blockOf([...a].reverse())]), compression);
        expect(other).toEqual(one);
      }),
      runs(50, 1_000),
    );
  });
});

describe('numbers as bytes', () => {
  it('come back exactly, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), wholeNumber, fc.constantFrom(-0, 0.1, 1e-6, 2 ** 53))), (values) => {
        const to = new ByteWriter();
        writeNumbers(to, values);
        const back = readNumbers(new ByteReader(to.take()), values.length);
        back.forEach((value, i) => {
          expect(Object.is(value, values[i])).toBe(true);
        });
      }),
      runs(500, 20_000),
    );
  });

  it('that are integers of either sign come back as varints', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 })), (values) => {
        const to = new ByteWriter();
        for (const value of values) to.signed(value);
        const from = new ByteReader(to.take());
        expect(values.map(() => from.signed())).toEqual(values.map((value) => value + 0));
      }),
      runs(500, 20_000),
    );
  });
});

describe('coarser steps', () => {
  it('are the same by way of the hour and straight to the day', () => {
    fc.assert(
      fc.property(entries(wholeNumber), (all) => {
        const block = blockOf(all);
        expect(rowsOf(coarsen(coarsen(block, HOUR), DAY))).toEqual(rowsOf(coarsen(block, DAY)));
      }),
      runs(100, 5_000),
    );
  });

  it('give quantiles within 1 % of the values themselves', () => {
    const latencies = Array.from({ length: 3_000 }, (_, i) => Math.exp(5 + 2 * Math.sin(i * 12.9898)) * (1 + (i % 7)));
    const block = blockOf(latencies.map((latency, i) => ({ series: ['a', 'x'], timeMs: START + i * 3_000, latency })));
    for (const step of [HOUR, DAY]) {
      const coarse = again(coarsen(again(block), step));
      const column = coarse.columns.get('latency') as DistributionColumn;
      coarse.rowTime.forEach((from, r) => {
        const inBucket = latencies.filter((_, i) => START + i * 3_000 >= from && START + i * 3_000 < from + step);
        const bins = {
          keys: column.binKeys.subarray(column.binStart[r], column.binStart[r + 1]),
          counts: column.binCounts.subarray(column.binStart[r], column.binStart[r + 1]),
        };
        for (const q of [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
          const exact = exactQuantile(inBucket, q);
          const answer = quantile(bins, q, { min: column.min[r]!, max: column.max[r]! })!;
          expect(Math.abs(answer / exact - 1)).toBeLessThanOrEqual(0.01);
        }
      });
    }
  });
});

interface Point {
  series: string;
  timeMs: number;
  value: number;
}
const samplesBlock = (points: readonly Point[]): Block => {
  const builder = blockBuilder({ family: SAMPLES.name, stepMs: 1, dimensions: SAMPLES.dimensions });
  for (const { series, timeMs, value } of points) {
    const labels = ['m', 'counter', '', series];
    addPoint(builder.draftOf('value', 'point'), builder.rowOf(builder.seriesOf(labels), timeMs), value);
  }
  return builder.build();
};
const points = fc.array(
  fc.record({
    series: fc.constantFrom('{}', '{"a":"1"}'),
    timeMs: fc.integer({ min: 0, max: 600 }).map((i) => START + i * 15_000),
    value: fc.integer({ min: 0, max: 1000 }),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('points of samples', () => {
  it('count once by series and time, however often and in whatever order they come', () => {
    fc.assert(
      fc.property(points, points, (a, b) => {
        const once = rowsOf(mergeBlocks([samplesBlock(a), samplesBlock(b)]));
        expect(rowsOf(mergeBlocks([samplesBlock(b), samplesBlock(a), samplesBlock([...b].reverse())]))).toEqual(once);
        const times = new Set([...a, ...b].map(({ series, timeMs }) => `${series} ${timeMs}`));
        expect(once).toHaveLength(times.size);
      }),
      runs(100, 5_000),
    );
  });

  it('are told apart by metric', () => {
    const block = (metric: string) => {
      const builder = blockBuilder({ family: SAMPLES.name, stepMs: 1, dimensions: SAMPLES.dimensions });
      const row = builder.rowOf(builder.seriesOf([metric, 'gauge', '', '{}']), START);
      addPoint(builder.draftOf('value', 'point'), row, metric.length);
      return builder.build();
    };
    const split = splitByMetric([block('up'), block('load'), block('up')]);
    expect([...split].map(([metric, of]) => [metric, rowsOf(of).map((row) => 'value' in row && row.value)])).toEqual([
      ['up', [2]],
      ['load', [4]],
    ]);
  });
});

const stretchAt = (block: Block, r = 0) => {
  const column = block.columns.get('stretch') as StretchColumn;
  const { n, sum, min, max, firstTime, first, lastTime, last, increase } = column;
  return {
    n: n[r],
    sum: sum[r],
    min: min[r],
    max: max[r],
    firstTime: firstTime[r],
    first: first[r],
    lastTime: lastTime[r],
    last: last[r],
    increase: increase[r],
  };
};
const counter = (from: number, values: readonly number[]) =>
  samplesBlock(values.map((value, i) => ({ series: '{}', timeMs: START + from + i * MINUTE, value })));

describe('stretches of samples', () => {
  it('know first, last, extremes and increase, restarts from zero included', () => {
    expect(stretchAt(coarsen(counter(0, [10, 15, 2, 4]), HOUR))).toEqual({
      n: 4,
      sum: 31,
      min: 2,
      max: 15,
      firstTime: START,
      first: 10,
      lastTime: START + 3 * MINUTE,
      last: 4,
      increase: 5 + 2 + 2,
    });
  });

  it('are the same by way of the hour and straight to the day', () => {
    fc.assert(
      fc.property(points, (all) => {
        const block = samplesBlock(all);
        expect(rowsOf(coarsen(coarsen(block, HOUR), DAY))).toEqual(rowsOf(coarsen(block, DAY)));
      }),
      runs(100, 5_000),
    );
  });

  it('merge in the order of time, whichever comes first', () => {
    const [early, late] = [coarsen(counter(0, [10, 15]), HOUR), coarsen(counter(10 * MINUTE, [3, 8]), HOUR)];
    const whole = stretchAt(coarsen(samplesBlockOf([counter(0, [10, 15]), counter(10 * MINUTE, [3, 8])]), HOUR));

    expect(stretchAt(mergeBlocks([early, late]))).toEqual(whole);
    expect(stretchAt(mergeBlocks([late, early]))).toEqual(whole);
    expect(whole.increase).toBe(5 + 3 + 5);
  });

  it('take late points in between without inventing an increase', () => {
    const known = coarsen(counter(0, [10, 20, 30, 40, 50]), HOUR);
    const straggler = coarsen(samplesBlock([{ series: '{}', timeMs: START + 2.5 * MINUTE, value: 35 }]), HOUR);

    for (const merged of [mergeBlocks([known, straggler]), mergeBlocks([straggler, known])]) {
      expect(stretchAt(merged)).toMatchObject({ n: 6, first: 10, last: 50, increase: 40 });
    }
  });

  it('that overlap grow by what the later one adds at its end', () => {
    const early = coarsen(counter(0, [10, 20, 30]), HOUR);
    const late = coarsen(
      samplesBlock([
        { series: '{}', timeMs: START + 1.5 * MINUTE, value: 25 },
        { series: '{}', timeMs: START + 3.5 * MINUTE, value: 45 },
      ]),
      HOUR,
    );

    for (const merged of [mergeBlocks([early, late]), mergeBlocks([late, early])]) {
      expect(stretchAt(merged)).toMatchObject({ n: 5, first: 10, last: 45, increase: 35 });
    }
  });
});

const samplesBlockOf = (blocks: readonly Block[]) => mergeBlocks(blocks);
