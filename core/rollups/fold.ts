import type { Batch, Sample } from '../telemetry/batch.ts';
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
} from '../telemetry/families.ts';
import type { Block } from './block.ts';
import { type BlockBuilder, blockBuilder } from './builder.ts';
import type { CardinalityGuard } from './cardinality.ts';

/** A block with the start of the partition it is filed under. */
export interface FiledBlock {
  startMs: number;
  block: Block;
}

/** The label that tells apart the servers of a highly available pair. */
export const REPLICA_LABEL = '__replica__';

type Fields = Record<string, unknown>;

/**
 * Batches as blocks at each family's finest step: one for each family and partition that they touch.
 *
 * @param options.complete fills what an event does not say from the registry
 * @param options.guard folds values over the limit; each fold is counted in the family `modelmeter`
 */
export const foldBatches = (
  batches: readonly Batch[],
  options: { complete: (event: ModelEvent) => ModelEvent; guard: CardinalityGuard },
): FiledBlock[] => {
  const builders = new Map<string, { startMs: number; builder: BlockBuilder }>();
  const builderOf = (family: Pick<Family, 'name' | 'baseStepMs' | 'dimensions'>, time: number): BlockBuilder => {
    const span = partitionSpan(family.baseStepMs);
    const startMs = Math.floor(time / span) * span;
    const key = `${family.name} ${startMs}`;
    let found = builders.get(key);
    if (!found) {
      const { name, baseStepMs: stepMs, dimensions } = family;
      found = { startMs, builder: blockBuilder({ family: name, stepMs, dimensions }) };
      builders.set(key, found);
    }
    return found.builder;
  };

  const countFold = (family: string, dimension: string, time: number) => {
    const builder = builderOf(OWN, time);
    const row = builder.rowOf(builder.seriesOf([family, dimension]), Math.floor(time / MINUTE) * MINUTE);
    builder.addCount(builder.draftOf('folded', 'count'), row, 1);
  };

  const addRecord = (family: Family, measures: readonly Measure[], record: Fields, time: number) => {
    const builder = builderOf(family, time);
    const admit = (values: readonly string[]) =>
      options.guard.admit({ family: family.name, timeMs: time, dimensions: family.dimensions }, values, (dimension) =>
        countFold(family.name, dimension, time),
      );
    const series = builder.seriesOfRecord(record, admit);
    const row = builder.rowOf(series, Math.floor(time / family.baseStepMs) * family.baseStepMs);
    for (const measure of measures) {
      const value = measure.value(record);
      if (value === undefined) continue;
      const draft = builder.draftOf(measure.name, measure.kind);
      if (measure.kind === 'count') builder.addCount(draft, row, value);
      else builder.addValue(draft, row, value, time);
    }
  };

  for (const batch of batches) {
    for (const given of batch.content.events) {
      const event = options.complete(given);
      for (const { family, measures } of PLAN[event.kind]) {
        if (!family.each) addRecord(family, measures, event as Fields, event.timestamp);
        else for (const record of featuresOf(event, family.each)) addRecord(family, measures, record, event.timestamp);
      }
    }
    for (const sample of batch.content.samples) addSample(sample);
  }
  return [...builders.values()].map(({ startMs, builder }) => ({ startMs, block: builder.build() }));

  function addSample(sample: Sample) {
    const { [REPLICA_LABEL]: replica = '', ...labels } = sample.labels;
    const builder = builderOf(SAMPLES, sample.timestamp);
    const admit = ([metric, ...rest]: readonly string[]) => {
      const of = { family: `${SAMPLES.name}:${metric}`, timeMs: sample.timestamp, dimensions: SERIES_ONLY };
      const [kept] = options.guard.admit(of, [rest.join('\u001f')], () =>
        countFold(SAMPLES.name, metric!, sample.timestamp),
      );
      return kept === rest.join('\u001f') ? [metric!, ...rest] : [metric!, sample.kind, '', FOLDED_LABELS];
    };
    const record = { metric: sample.metric, kind: sample.kind, replica, labels: canonicalLabels(labels) };
    const row = builder.rowOf(builder.seriesOfRecord(record, admit), sample.timestamp);
    builder.addPoint(builder.draftOf('value', 'point'), row, sample.value);
  }
};

const OWN = FAMILIES.find((family) => family.name === 'modelmeter')!;
const SERIES_ONLY = ['client'] as const; // bounded like clients: a metric may have many series
const FOLDED_LABELS = '{"__other__":"true"}';

/** Labels as JSON with sorted keys: one text for one set. */
export const canonicalLabels = (labels: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));

/** For each kind of event its families, each with the measures it keeps. */
const PLAN = Object.fromEntries(
  (Object.keys(MEASURES) as RollupKind[]).map((kind) => [
    kind,
    FAMILIES.filter((family) => family.event === kind).map((family) => ({ family, measures: measuresOf(family) })),
  ]),
) as Record<RollupKind, { family: Family; measures: readonly Measure[] }[]>;

/** The measures a family keeps: those it names, or all that no family with `each` has to itself. */
export function measuresOf(family: Family): readonly Measure[] {
  const own = new Set(FAMILIES.filter((other) => other.each).flatMap((other) => other.measures ?? []));
  return MEASURES[family.event].filter(({ name }) => family.measures?.includes(name) ?? !own.has(name));
}

function* featuresOf(event: ModelEvent, each: NonNullable<Family['each']>): Generator<Fields> {
  if (event.kind !== 'inference' || !event.features) return;
  for (const [feature, value] of Object.entries(event.features)) {
    const isNumber = typeof value === 'number';
    if (isNumber !== (each === 'numbers')) continue;
    const { deployment, model, modelVersion } = event;
    yield {
      feature,
      deployment,
      model,
      modelVersion,
      ...(isNumber ? { featureValue: value } : { category: String(value) }),
    };
  }
}
