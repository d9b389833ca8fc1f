import type { BatchContent, Sample } from '../telemetry/batch.ts';
import type { ModelEvent } from '../telemetry/events.ts';
import {
  FAMILIES,
  type Family,
  MEASURES,
  type Measure,
  MINUTE,
  partitionSpan,
  type RollupKind,
  SAMPLES,
  samplesOf,
} from '../telemetry/families.ts';
import { binOf } from '../telemetry/sketch.ts';
import type { Block } from './block.ts';
import { type BlockBuilder, blockBuilder } from './builder.ts';
import { type CardinalityGuard, OTHER } from './cardinality.ts';
import { addCount, addPoint, addValue, type Draft, NO_BIN } from './draft.ts';

/** A block with the start of the partition it is filed under. */
export interface FiledBlock {
  startMs: number;
  block: Block;
}

/** The label that tells apart the servers of a highly available pair. */
export const REPLICA_LABEL = '__replica__';

type Fields = Record<string, unknown>;

/** Takes content in and gives blocks out. */
export interface Folder {
  /** @param complete fills what an event does not say from the registry */
  add(content: Pick<BatchContent, 'events' | 'samples'>, complete: (event: ModelEvent) => ModelEvent): void;
  /** Blocks under construction. */
  size(): number;
  /** Everything added, at each family's finest step: a block for each family and partition that it touches. Once, at the end. */
  blocks(): FiledBlock[];
}

/**
 * Folds events and samples into blocks, piece by piece, so that no more than a piece is in memory at a time.
 *
 * @param guard folds values over the limit; each fold is counted in the family `modelmeter`
 */
export const folder = (guard: CardinalityGuard): Folder => {
  const files = new Map<string, OpenFile>();
  const fileOf = (family: Pick<Family, 'name' | 'baseStepMs' | 'dimensions'>, time: number): OpenFile => {
    const span = partitionSpan(family.baseStepMs);
    const startMs = Math.floor(time / span) * span;
    const key = `${family.name} ${startMs}`;
    let file = files.get(key);
    if (!file) {
      const { name, baseStepMs: stepMs, dimensions } = family;
      const builder = blockBuilder({ family: name, stepMs, dimensions });
      file = { startMs, endMs: startMs + span, builder, seriesOf: new Map(), folds: new Map(), drafts: [] };
      files.set(key, file);
    }
    return file;
  };

  const countFold = (family: string, dimension: string, time: number) => {
    const { builder } = fileOf(OWN, time);
    const row = builder.rowOf(builder.seriesOf([family, dimension]), Math.floor(time / MINUTE) * MINUTE);
    addCount(builder.draftOf('folded', 'count'), row, 1);
  };

  /** Adds what `taken` holds of a record to one family. */
  const addRecord = (plan: FamilyPlan, key: string, record: Fields, time: number, taken: Taken) => {
    const { family } = plan;
    let file = plan.latest;
    if (!file || time < file.startMs || time >= file.endMs) {
      file = fileOf(family, time);
      plan.latest = file;
    }
    const { builder, drafts } = file;
    let series = file.seriesOf.get(key);
    if (series === undefined) {
      const values = family.dimensions.map((dimension) => String(record[dimension] ?? ''));
      const of = { family: family.name, timeMs: time, dimensions: family.dimensions };
      const folds: string[] = [];
      series = builder.seriesOf(guard.admit(of, values, (dimension) => folds.push(dimension)));
      file.seriesOf.set(key, series);
      if (folds.length > 0) file.folds.set(key, folds);
    }
    if (file.folds.size > 0) for (const dimension of file.folds.get(key) ?? []) countFold(family.name, dimension, time);
    const row = builder.rowOf(series, Math.floor(time / family.baseStepMs) * family.baseStepMs);
    for (let i = 0; i < taken.count; i++) {
      const m = taken.measures[i]!;
      const keeping = plan.keeping[m]!;
      if (keeping === 'nothing') continue;
      drafts[m] ??= builder.draftOf(plan.measures[m]!.name, plan.measures[m]!.kind);
      if (keeping === 'total') addCount(drafts[m], row, taken.values[i]!);
      else {
        const bin = keeping === 'sketch' ? taken.bins[i]! : NO_BIN;
        addValue(drafts[m], row, taken.values[i]!, time, bin);
      }
    }
  };

  const plans = planFamilies();
  const taken: Taken = { count: 0, measures: [], values: [], bins: [] };
  const takenApart: Taken = { count: 0, measures: [], values: [], bins: [] };
  const addEvent = (event: ModelEvent & Fields) => {
    const time = event.timestamp;
    const { common, wide, ofFeatures, measures, measuresApart, keysOf } = plans[event.kind];
    take(event, measures, taken);
    if (wide.length > 0) take(event, measuresApart, takenApart);
    const { keys, heads } = keysOf(event);
    for (let i = 0; i < common.length; i++) addRecord(common[i]!, keys[i]!, event, time, taken);
    for (let i = 0; i < wide.length; i++)
      addRecord(
        wide[i]!.plan,
        heads[i]! + keyOf(event, wide[i]!.own),
        event,
        time,
        wide[i]!.plan.isApart ? takenApart : taken,
      );
    if (event.features !== undefined) for (const plan of ofFeatures) addFeatures(plan, event, plan.family.each!);
  };

  return {
    add({ events, samples }, complete) {
      for (const event of events) addEvent(complete(event) as ModelEvent & Fields);
      for (const sample of samples) addSample(sample);
    },
    size: () => files.size,
    blocks: () => [...files.values()].map(({ startMs, builder }) => ({ startMs, block: builder.build() })),
  };

  function addFeatures(plan: FamilyPlan, event: ModelEvent & Fields, each: NonNullable<Family['each']>) {
    const own: Taken = { count: 0, measures: [], values: [], bins: [] };
    for (const record of featuresOf(event, each)) {
      take(record, plan.measures, own);
      addRecord(plan, keyOf(record, plan.family.dimensions), record, event.timestamp, own);
    }
  }

  /** The metric a new series may be kept under, and what was folded: its labels, or with too many names its metric too. */
  function admitSeries({ metric, timestamp: timeMs }: Sample, key: string): { metric: string; folded?: string } {
    const names = { family: SAMPLES.name, timeMs, dimensions: ['metric'] };
    if (guard.admit(names, [metric], () => {})[0] !== metric) return { metric: OTHER, folded: 'metric' };
    const series = { family: samplesOf(metric), timeMs, dimensions: SERIES_ONLY };
    return guard.admit(series, [key], () => {})[0] === key ? { metric } : { metric, folded: metric };
  }

  function addSample(sample: Sample) {
    const { [REPLICA_LABEL]: replica = '', ...labels } = sample.labels;
    const { builder, seriesOf, folds, drafts } = fileOf(SAMPLES, sample.timestamp);
    const text = canonicalLabels(labels);
    const key = `${sample.metric}\u001f${sample.kind}\u001f${replica}\u001f${text}`;
    let series = seriesOf.get(key);
    if (series === undefined) {
      const { metric, folded } = admitSeries(sample, key);
      series = builder.seriesOf(
        folded === undefined ? [metric, sample.kind, replica, text] : [metric, sample.kind, '', FOLDED_LABELS],
      );
      seriesOf.set(key, series);
      if (folded !== undefined) folds.set(key, [folded]);
    }
    for (const dimension of folds.get(key) ?? []) countFold(SAMPLES.name, dimension, sample.timestamp);
    drafts[0] ??= builder.draftOf('value', 'point');
    addPoint(drafts[0], builder.rowOf(series, sample.timestamp), sample.value);
  }
};

/** A block under construction, with what was looked up for it already. */
interface OpenFile {
  startMs: number;
  endMs: number;
  builder: BlockBuilder;
  seriesOf: Map<string, number>;
  /** The dimensions that were folded, of the keys of which some were. */
  folds: Map<string, readonly string[]>;
  drafts: Draft[];
}

/** The measures that one record has, so that they and their bins are computed once for all families. */
interface Taken {
  count: number;
  measures: number[];
  values: number[];
  bins: number[];
}

const take = (record: Fields, measures: readonly Measure[], into: Taken) => {
  into.count = 0;
  for (let m = 0; m < measures.length; m++) {
    const value = measures[m]!.value(record);
    if (value === undefined) continue;
    into.measures[into.count] = m;
    into.values[into.count] = value;
    into.bins[into.count++] = measures[m]!.kind === 'distribution' ? binOf(value) : NO_BIN;
  }
};

const OWN = FAMILIES.find((family) => family.name === 'modelmeter')!;
const SERIES_ONLY = ['client'] as const; // bounded like clients: a metric may have many series
/** The labels of a series of samples over the limit. */
export const FOLDED_LABELS = '{"__other__":"true"}';

/** Labels as JSON with sorted keys: one text for one set. */
export const canonicalLabels = (labels: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));

/** How a family is folded: for each of its kind's measures what it keeps of it. */
interface FamilyPlan {
  family: Family;
  /** It keeps measures that are set apart, and no others. */
  isApart: boolean;
  /** Those of its kind of event that are set apart, or all others. */
  measures: readonly Measure[];
  keeping: readonly ('nothing' | 'total' | 'numbers' | 'sketch')[];
  latest: OpenFile | undefined;
}

/** The families of a kind of event: those whose keys are made together, those that are wide, and those of features. */
interface KindPlan {
  common: readonly FamilyPlan[];
  /** With the dimensions that only they have. */
  wide: readonly { plan: FamilyPlan; own: readonly string[] }[];
  ofFeatures: readonly FamilyPlan[];
  measures: readonly Measure[];
  measuresApart: readonly Measure[];
  keysOf: (record: Fields) => Keys;
}

interface Keys {
  /** Of the common families. */
  keys: readonly string[];
  /** Of the wide ones: short for their values of the dimensions that common ones have too. */
  heads: readonly string[];
}

const keyOf = (record: Fields, dimensions: readonly string[]): string => {
  let key = '';
  for (let d = 0; d < dimensions.length; d++) {
    const value = record[dimensions[d]!];
    key += value === undefined ? '\u001f' : `${value}\u001f`;
  }
  return key;
};

/**
 * The keys of a record in several families at once. Most events share all these dimensions with one before, so one key
 * over all of them finds the others ready made.
 *
 * @param shared of each wide family the dimensions that are among the common ones
 */
const keyCache = (
  all: readonly string[],
  families: readonly (readonly string[])[],
  shared: readonly (readonly string[])[],
) => {
  const known = new Map<string, Keys>();
  const short = shared.map(() => new Map<string, string>());
  const headOf = (record: Fields, dimensions: readonly string[], heads: Map<string, string>): string => {
    const key = keyOf(record, dimensions);
    const head = heads.get(key) ?? `${heads.size}\u001f`;
    heads.set(key, head);
    return head;
  };
  return (record: Fields): Keys => {
    const key = keyOf(record, all);
    let keys = known.get(key);
    if (!keys) {
      keys = {
        keys: families.map((dimensions) => keyOf(record, dimensions)),
        heads: shared.map((dimensions, i) => headOf(record, dimensions, short[i]!)),
      };
      known.set(key, keys);
    }
    return keys;
  };
};

const measuresThat = (event: RollupKind, areApart: boolean): readonly Measure[] =>
  MEASURES[event].filter(({ isApart }) => (isApart ?? false) === areApart);

const planFamilies = (): Record<RollupKind, KindPlan> => {
  const plan = (family: Family): FamilyPlan => {
    const kept = measuresOf(family);
    const isApart = kept[0]?.isApart ?? false;
    const measures = measuresThat(family.event, isApart);
    const keeping = measures.map((measure) => {
      if (!kept.includes(measure)) return 'nothing';
      if (measure.kind === 'count') return 'total';
      return family.sketches?.includes(measure.name) === false ? 'numbers' : 'sketch';
    });
    return { family, isApart, measures, keeping, latest: undefined };
  };
  const kinds = Object.keys(MEASURES) as RollupKind[];
  const ofKind = (kind: RollupKind): KindPlan => {
    const all = FAMILIES.filter((family) => family.event === kind).map(plan);
    const ofFeatures = all.filter(({ family }) => family.each);
    const [wides, common] = [true, false].map((isWide) =>
      all.filter(({ family }) => !family.each && (family.isWide ?? false) === isWide),
    ) as [FamilyPlan[], FamilyPlan[]];
    const families = common.map(({ family }) => family.dimensions);
    const known = [...new Set(families.flat())];
    const partsOf = ({ dimensions }: Family, isKnown: boolean) =>
      dimensions.filter((name) => known.includes(name) === isKnown);
    return {
      common,
      wide: wides.map((each) => ({ plan: each, own: partsOf(each.family, false) })),
      ofFeatures,
      measures: measuresThat(kind, false),
      measuresApart: measuresThat(kind, true),
      keysOf: keyCache(
        known,
        families,
        wides.map(({ family }) => partsOf(family, true)),
      ),
    };
  };
  return Object.fromEntries(kinds.map((kind) => [kind, ofKind(kind)])) as Record<RollupKind, KindPlan>;
};

/** The measures a family keeps: those it names, or all that are not set apart. */
export const measuresOf = (family: Family): readonly Measure[] =>
  MEASURES[family.event].filter(({ name, isApart }) => family.measures?.includes(name) ?? !isApart);

function* featuresOf(event: ModelEvent, each: NonNullable<Family['each']>): Generator<Fields> {
  if (event.kind !== 'inference' || !event.features) return;
  for (const [feature, value] of Object.entries(event.features)) {
    const isNumber = typeof value === 'number';
    if (isNumber !== (each === 'numbers')) continue;
    const { deployment, model, modelVersion } = event;
    const of = isNumber ? { featureValue: value } : { category: String(value) };
    yield { feature, deployment, model, modelVersion, ...of };
  }
}
