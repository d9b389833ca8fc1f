import { type Block, increaseBetween, type PointColumn } from './block.ts';
import { blockBuilder, mergeBlocks } from './builder.ts';
import { addPoint } from './draft.ts';

/** The same rows in longer buckets. Points of samples become stretches. */
export const coarsen = (block: Block, stepMs: number): Block =>
  block.columns.get('value')?.kind === 'point' ? stretchesOf(block, stepMs) : mergeBlocks([block], stepMs);

/** What each series did in each bucket; the increase from one bucket's last point to the next one's first is the reader's to add. */
const stretchesOf = (block: Block, stepMs: number): Block => {
  const { family, dimensions, series, rowSeries, rowTime } = block;
  const builder = blockBuilder({ family, stepMs, dimensions });
  const draft = builder.draftOf('stretch', 'stretch');
  const { value: values } = block.columns.get('value') as PointColumn;
  for (let r = 0; r < rowTime.length; ) {
    const s = rowSeries[r]!;
    const bucket = Math.floor(rowTime[r]! / stepMs) * stepMs;
    const first = values[r]!;
    const stretch = {
      n: 0,
      sum: 0,
      min: first,
      max: first,
      firstTime: rowTime[r]!,
      first,
      lastTime: 0,
      last: first,
      increase: 0,
    };
    for (; r < rowTime.length && rowSeries[r] === s && rowTime[r]! < bucket + stepMs; r++) {
      const value = values[r]!;
      stretch.increase += stretch.n === 0 ? 0 : increaseBetween(stretch.last, value);
      stretch.n++;
      stretch.sum += value;
      stretch.min = Math.min(stretch.min, value);
      stretch.max = Math.max(stretch.max, value);
      stretch.last = value;
      stretch.lastTime = rowTime[r]!;
    }
    builder.addStretch(draft, builder.rowOf(builder.seriesOf(series[s]!), bucket), stretch);
  }
  return builder.build();
};

/** Blocks of samples of many metrics, one of each metric. */
export const splitByMetric = (blocks: readonly Block[]): Map<string, Block> => {
  const builders = new Map<string, ReturnType<typeof blockBuilder>>();
  for (const block of blocks) {
    const points = (block.columns.get('value') as PointColumn).value;
    const targets = block.series.map((values) => {
      const metric = values[0]!;
      let builder = builders.get(metric);
      if (!builder) {
        builder = blockBuilder(block);
        builders.set(metric, builder);
      }
      return { builder, draft: builder.draftOf('value', 'point'), id: builder.seriesOf(values) };
    });
    for (let r = 0; r < points.length; r++) {
      const { builder, draft, id } = targets[block.rowSeries[r]!]!;
      addPoint(draft, builder.rowOf(id, block.rowTime[r]!), points[r]!);
    }
  }
  return new Map([...builders].map(([metric, builder]) => [metric, builder.build()]));
};
