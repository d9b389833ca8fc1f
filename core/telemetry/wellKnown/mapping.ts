import { findMetric } from '../../metrics.ts';
import type { Sample, SampleKind } from '../batch.ts';
import { MAPPINGS, type Mapping } from './table.ts';

/**
 * What becomes of samples of a well-known name, as the sender writes it; undefined for any other name.
 * Of a histogram only its parts (`_bucket`, `_sum`, `_count`) are known: its bare name is that of a summary's quantiles
 * or of a gauge, which is another thing and keeps its name.
 */
export const mapWellKnown = (metric: string): Mapping | undefined => MAPPINGS.get(metric);

/**
 * A sample under its name, labels and unit of the catalogue; the same sample when its name is not well known, when it is
 * not the one of several that is meant, or when its value is the sender's mark for "no value". Kind: that of the
 * catalogue, since senders without types say gauge of everything; a delta stays one. No label is lost: where the new name
 * of a label is taken, it keeps its own.
 */
export const applyWellKnown = (sample: Sample): Sample => {
  const mapping = MAPPINGS.get(sample.metric);
  if (mapping === undefined || !isMeant(sample, mapping)) return sample;
  return {
    metric: mapping.metric,
    kind: sample.kind === 'delta' ? 'delta' : mapping.kind,
    labels: renamed(sample.labels, mapping),
    timestamp: sample.timestamp,
    value: sample.value * mapping.scale,
  };
};

const isMeant = ({ labels, value }: Sample, { only, blankFrom, scale }: Mapping): boolean =>
  value < blankFrom &&
  Number.isFinite(value * scale) &&
  only.every(([label, wanted]) => labels[label] === undefined || labels[label] === wanted);

const renamed = (labels: Readonly<Record<string, string>>, mapping: Mapping): Record<string, string> => {
  const out = { ...labels };
  for (const [theirs, ours] of mapping.labels) {
    const value = out[theirs];
    if (value === undefined || out[ours] !== undefined) continue;
    delete out[theirs];
    out[ours] = value;
  }
  for (const [label, value] of mapping.set) out[label] ??= value;
  if (mapping.boundScale !== 1 && out.le !== undefined) out.le = scaledBound(out.le, mapping.boundScale);
  return out;
};

/** A bucket's bound in another unit: 0.07 s is 70 ms, not 70.00000000000001. `+Inf` and what is no number stay. */
const scaledBound = (le: string, scale: number): string => {
  const bound = Number(le) * scale;
  return Number.isFinite(bound) && le.trim() !== '' ? String(Number(bound.toPrecision(12))) : le;
};

/**
 * Kind of a series of remote write, which brings no types: of a well-known name what it is known to be, of a name of the
 * catalogue what that says, otherwise a counter by the suffixes that Prometheus' conventions keep for counters and a gauge
 * without one (`_created` too: it is a time).
 */
export const kindOfPrometheusName = (metric: string): SampleKind => {
  const known = MAPPINGS.get(metric)?.kind ?? catalogueKind(metric);
  return known ?? (/_(total|TOTAL|bucket|sum|count)$/.test(metric) ? 'counter' : 'gauge');
};

const catalogueKind = (metric: string): SampleKind | undefined => {
  const source = findMetric(metric)?.source;
  return source?.from === 'sample' && source.kind !== 'histogram' ? source.kind : undefined;
};
