import { increaseBetween, type PointColumn, type StretchColumn } from '../rollups/block.ts';
import { HOUR, MINUTE, SAMPLES, samplesOf } from '../telemetry/families.ts';
import { groupKey, type QueryPorts, type Selection } from './context.ts';
import { readFamily } from './events.ts';
import { matches } from './filter.ts';

/** What one series of samples did in each bucket; n = 0 where it has none. */
export interface SampleSeries {
  labels: Readonly<Record<string, string>>;
  kind: string;
  n: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
  last: Float64Array;
  /** Of a counter its increase, restarts included; of deltas their sum. */
  increase: Float64Array;
}

/** How far before the range a counter's reading may lie and still start the first bucket's increase. */
const LOOK_BACK_MS = 5 * MINUTE;

/**
 * All series of one metric of samples, without those that the filters leave out. Servers of a highly available pair
 * count once: in each bucket the one with more readings.
 */
export const readSamples = async (ports: QueryPorts, metric: string, selection: Selection): Promise<SampleSeries[]> => {
  const { grid } = selection;
  const lookBack = selection.maxStepMs >= HOUR ? HOUR : LOOK_BACK_MS;
  const wider = { ...selection, grid: { ...grid, fromMs: grid.fromMs - lookBack } };
  const readings = new Map<string, Reading[]>();
  const infos = new Map<string, { labels: Record<string, string>; kind: string; replica: string }>();
  for (const name of [samplesOf(metric), SAMPLES.name]) {
    for (const { block, fromMs, toMs } of await readFamily(ports, { name, baseStepMs: SAMPLES.baseStepMs }, wider)) {
      const lists = block.series().map((values) => {
        const [of, kind, replica, text] = values as [string, string, string, string];
        if (of !== metric) return undefined;
        const key = groupKey([kind, text, replica]);
        let info = infos.get(key);
        if (!info) {
          info = { labels: JSON.parse(text), kind, replica };
          infos.set(key, info);
        }
        if (!selection.filters.every((filter) => matches(filter, info.labels[filter.name] ?? ''))) return undefined;
        const list = readings.get(key) ?? [];
        readings.set(key, list);
        return list;
      });
      if (lists.every((list) => list === undefined)) continue;
      const { rowSeries, rowTime } = block.rows();
      const points = block.column('value') as PointColumn | undefined;
      const stretches = block.column('stretch') as StretchColumn | undefined;
      for (let r = 0; r < rowTime.length; r++) {
        const list = lists[rowSeries[r]!];
        if (!list || rowTime[r]! < fromMs || rowTime[r]! >= toMs) continue;
        list.push(points ? pointReading(rowTime[r]!, points.value[r]!) : stretchReading(stretches!, r, rowTime[r]!));
      }
    }
  }
  const series = new Map<string, SampleSeries[]>();
  for (const [key, list] of readings) {
    const { labels, kind } = infos.get(key)!;
    const base = groupKey([kind, JSON.stringify(labels)]);
    series.set(base, [...(series.get(base) ?? []), summarize({ labels, kind, readings: list, grid })]);
  }
  return [...series.values()].map(preferFuller);
};

/** One point, or a stretch of them, in the order of `time`. */
interface Reading {
  time: number;
  n: number;
  sum: number;
  min: number;
  max: number;
  first: number;
  last: number;
  increase: number;
}

const pointReading = (time: number, value: number): Reading => ({
  time,
  n: 1,
  sum: value,
  min: value,
  max: value,
  first: value,
  last: value,
  increase: 0,
});

const stretchReading = (of: StretchColumn, r: number, time: number): Reading => ({
  time,
  n: of.n[r]!,
  sum: of.sum[r]!,
  min: of.min[r]!,
  max: of.max[r]!,
  first: of.first[r]!,
  last: of.last[r]!,
  increase: of.increase[r]!,
});

const summarize = (of: {
  labels: Record<string, string>;
  kind: string;
  readings: Reading[];
  grid: Selection['grid'];
}): SampleSeries => {
  const { grid, kind, labels } = of;
  const buckets = grid.starts.length;
  const array = () => new Float64Array(buckets);
  const series = {
    labels,
    kind,
    n: array(),
    sum: array(),
    min: array(),
    max: array(),
    last: array(),
    increase: array(),
  };
  const readings = of.readings.sort((a, b) => a.time - b.time);
  let before: Reading | undefined;
  for (const reading of readings) {
    // The same point may be read twice, loose and compacted; samples of one series and time are one.
    if (before?.time === reading.time) continue;
    const previous = before;
    before = reading;
    if (reading.time < grid.fromMs || reading.time >= grid.toMs) continue;
    const t = grid.indexOf(reading.time);
    const isFirst = series.n[t] === 0;
    series.n[t]! += reading.n;
    series.sum[t]! += reading.sum;
    series.min[t] = isFirst ? reading.min : Math.min(series.min[t]!, reading.min);
    series.max[t] = isFirst ? reading.max : Math.max(series.max[t]!, reading.max);
    series.last[t] = reading.last;
    if (kind === 'delta') series.increase[t]! += reading.sum;
    else series.increase[t]! += reading.increase + (previous ? increaseBetween(previous.last, reading.first) : 0);
  }
  return series;
};

/** Of replicas of one series, bucket by bucket the one with the most readings; of equals the first. */
const preferFuller = (replicas: readonly SampleSeries[]): SampleSeries => {
  const [first, ...others] = replicas as [SampleSeries, ...SampleSeries[]];
  for (const other of others) {
    for (let t = 0; t < first.n.length; t++) {
      if (other.n[t]! <= first.n[t]!) continue;
      for (const field of ['n', 'sum', 'min', 'max', 'last', 'increase'] as const) first[field][t] = other[field][t]!;
    }
  }
  return first;
};
