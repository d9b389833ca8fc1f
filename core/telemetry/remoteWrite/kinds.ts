import type { SampleKind } from '../batch.ts';
import { list, type Message, number, text } from '../otlp/read.ts';
import { kindOfPrometheusName } from '../wellKnown/mapping.ts';

/** MetricMetadata.MetricType by number; unknown types say nothing. */
const TYPES = ['unknown', 'counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'] as const;

/** Endings of a family's series by its type, and their kind. */
const KINDS: Readonly<Record<(typeof TYPES)[number], Readonly<Record<string, SampleKind>>>> = {
  unknown: {},
  counter: { '': 'counter', _total: 'counter', _created: 'gauge' },
  gauge: { '': 'gauge' },
  histogram: { '': 'counter', _bucket: 'counter', _sum: 'counter', _count: 'counter', _created: 'gauge' },
  gaugehistogram: { '': 'gauge', _bucket: 'gauge', _gsum: 'gauge', _gcount: 'gauge' },
  summary: { '': 'gauge', _sum: 'counter', _count: 'counter', _created: 'gauge' },
  info: { '': 'gauge', _info: 'gauge' },
  stateset: { '': 'gauge' },
};

/**
 * Kind of a series by its name. Prometheus sends the types of metrics in requests of their own, so mostly the name has to
 * do; where the same request has the type, it decides.
 */
export const kindsOf = (request: Message): ((metric: string) => SampleKind) => {
  const told = new Map<string, SampleKind>();
  for (const metadata of list(request, 'metadata') as Message[]) {
    const kinds = KINDS[TYPES[number(metadata, 'type') ?? 0] ?? 'unknown'];
    for (const [ending, kind] of Object.entries(kinds)) told.set(text(metadata, 'metricFamilyName') + ending, kind);
  }
  return (metric) => told.get(metric) ?? kindOfPrometheusName(metric);
};
