import { AppError } from '../errors.ts';
import { type Growth, increaseBetween, joinGrowth, type PointColumn, type StretchColumn } from '../rollups/block.ts';
import { HOUR, MINUTE, SAMPLES, samplesOf } from '../telemetry/families.ts';
import { groupKey, MAX_CELLS, MAX_READINGS, type QueryPorts, type Selection } from './context.ts';
import { readFamily, tooMany } from './events.ts';
import { matches } from './filter.ts';
import { isFolded, labelOf } from './labels.ts';
import { oneOfReplicas } from './replicas.ts';

/** What one series of samples did in each bucket; n = 0 where it has none. */
export interface SampleSeries {
  labels: Readonly<Record<string, string>>;
  kind: string;
  n: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
  first: Float64Array;
  last: Float64Array;
  /** Of a counter its increase since the reading before the bucket, restarts included; of deltas their sum. */
  increase: Float64Array;
  /** Of a counter the reading before the bucket's first; NaN where there is none. */
  before: Float64Array;
}

const FOLDED = {
  leftOut: 'series over the limit are left out; modelmeter.folded counts their samples',
  together: 'series over the limit are taken together as __other__; modelmeter.folded counts their samples',
};

/** How far before the range a counter's reading may lie and still start the first bucket's increase. */
const LOOK_BACK_MS = 5 * MINUTE;

/**
 * All series of one metric of samples, without those that the filters leave out. Servers of a highly available pair
 * count once: in each bucket the one with more readings. Throws AppError invalidInput where it is too much to hold.
 */
export const readSamples = async (
  ports: QueryPorts,
  metric: string,
  selection: Selection,
  maxReadings = MAX_READINGS,
): Promise<SampleSeries[]> => {
  const { grid } = selection;
  const lookBack = selection.maxStepMs >= HOUR ? HOUR : LOOK_BACK_MS;
  const wider = { ...selection, grid: { ...grid, fromMs: grid.fromMs - lookBack } };
  const readings = new Map<string, Reading[]>();
  let readingCount = 0;
  const infos = new Map<string, { labels: Record<string, string>; kind: string }>();
  const family = { name: samplesOf(metric), baseStepMs: SAMPLES.baseStepMs };
  // What is loose first: should compaction move it in between, it is read twice and counts once.
  const names = [SAMPLES.name, family.name];
  for (const { block, fromMs, toMs } of await readFamily(ports, family, wider, names)) {
    const lists = block.series().map((values) => {
      const [of, kind, replica, text] = values as [string, string, string, string];
      if (of !== metric) return undefined;
      const key = groupKey([kind, text, replica]);
      let info = infos.get(key);
      if (!info) {
        info = { labels: JSON.parse(text), kind };
        infos.set(key, info);
      }
      const { labels } = info;
      const isMatch = selection.filters.every((filter) => matches(filter, labelOf(labels, filter.name)));
      // Running totals of different series under one name have no increase.
      const isTaken = isMatch && !(kind === 'counter' && isFolded(labels));
      if (isFolded(labels)) selection.notes.add(isTaken ? FOLDED.together : FOLDED.leftOut);
      if (!isTaken) return undefined;
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
      if (++readingCount > maxReadings) throw tooManyReadings(metric, maxReadings);
      list.push(points ? pointReading(rowTime[r]!, points.value[r]!) : stretchReading(stretches!, r, rowTime[r]!));
    }
  }
  const buckets = grid.starts.length;
  if (readings.size * buckets > MAX_CELLS) throw tooMany(readings.size, buckets, 'series');
  const series = new Map<string, SampleSeries[]>();
  for (const [key, list] of readings) {
    const { labels, kind } = infos.get(key)!;
    const base = groupKey([kind, JSON.stringify(labels)]);
    const one = summarize({ labels, kind, readings: list, grid });
    series.set(base, [...(series.get(base) ?? []), one]);
  }
  return [...series.values()].map(oneOfReplicas);
};

const tooManyReadings = (metric: string, maxReadings: number) =>
  new AppError(
    'invalidInput',
    `${metric} has more than ${maxReadings} readings in this range; narrow the range, filter, or ask for steps of 1h or longer`,
  );

/** One point, or a stretch of them, that lies in the bucket of `time`. */
interface Reading extends Growth {
  time: number;
  n: number;
  sum: number;
  min: number;
  max: number;
}

const pointReading = (time: number, value: number): Reading => ({
  time,
  n: 1,
  sum: value,
  min: value,
  max: value,
  firstTime: time,
  first: value,
  lastTime: time,
  last: value,
  increase: 0,
});

const stretchReading = (of: StretchColumn, r: number, time: number): Reading => ({
  time,
  n: of.n[r]!,
  sum: of.sum[r]!,
  min: of.min[r]!,
  max: of.max[r]!,
  firstTime: of.firstTime[r]!,
  first: of.first[r]!,
  lastTime: of.lastTime[r]!,
  last: of.last[r]!,
  increase: of.increase[r]!,
});

/** By time; of the same point read twice, or told in two ways, the greatest first, as merging blocks keeps it. */
const inTime = (a: Reading, b: Reading) => a.firstTime - b.firstTime || a.lastTime - b.lastTime || b.last - a.last;

const summarize = (of: {
  labels: Record<string, string>;
  kind: string;
  readings: Reading[];
  grid: Selection['grid'];
}): SampleSeries => {
  const { grid, kind, labels } = of;
  const buckets = grid.starts.length;
  const array = () => new Float64Array(buckets);
  const series: SampleSeries = {
    labels,
    kind,
    n: array(),
    sum: array(),
    min: array(),
    max: array(),
    first: array(),
    last: array(),
    increase: array(),
    before: array().fill(Number.NaN),
  };
  let previous: Reading | undefined;
  /** All readings so far as one stretch. */
  let growth: Growth | undefined;
  for (const reading of of.readings.sort(inTime)) {
    const isAgain = previous?.n === 1 && reading.n === 1 && previous.firstTime === reading.firstTime;
    if (isAgain) continue;
    previous = reading;
    if (reading.time < grid.fromMs) {
      if (reading.lastTime >= grid.fromMs - LOOK_BACK_MS) growth = growth ? joinGrowth(growth, reading) : reading;
      continue;
    }
    if (reading.time >= grid.toMs) continue;
    const t = grid.indexOf(reading.time);
    const isFirst = series.n[t] === 0;
    series.n[t]! += reading.n;
    series.sum[t]! += reading.sum;
    series.min[t] = isFirst ? reading.min : Math.min(series.min[t]!, reading.min);
    series.max[t] = isFirst ? reading.max : Math.max(series.max[t]!, reading.max);
    if (isFirst) series.first[t] = reading.first;
    if (isFirst && growth) series.before[t] = growth.last;
    series.increase[t]! += kind === 'delta' ? reading.sum : growthBy(growth, reading);
    growth = growth ? joinGrowth(growth, reading) : reading;
    series.last[t] = growth.last;
  }
  return series;
};

/** By how much a reading makes a counter grow beyond what was read before. */
const growthBy = (before: Growth | undefined, reading: Growth): number => {
  if (!before) return reading.increase;
  if (reading.firstTime > before.lastTime) return increaseBetween(before.last, reading.first) + reading.increase;
  return joinGrowth({ ...before, increase: 0 }, reading).increase;
};
