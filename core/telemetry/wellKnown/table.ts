import { findMetric } from '../../metrics.ts';
import type { SampleKind } from '../batch.ts';
import { DATABASES } from './databases.ts';
import { HOSTS } from './hosts.ts';
import { ML_EXPORTERS } from './mlExporters.ts';
import { MODEL_SERVERS } from './modelServers.ts';
import type { Target, WellKnownNames } from './names.ts';
import { NVIDIA } from './nvidia.ts';
import { OPEN_TELEMETRY } from './openTelemetry.ts';
import { SERVICES } from './services.ts';

/** All senders' names. Where two share a name they agree on what it is, and the first one's labels hold. */
export const SENDERS: readonly WellKnownNames[] = [
  ...MODEL_SERVERS,
  ...NVIDIA,
  ...HOSTS,
  ...SERVICES,
  ...DATABASES,
  ...ML_EXPORTERS,
  ...OPEN_TELEMETRY,
];

/** What becomes of a sample of one incoming name; parts of histograms have one each. */
export interface Mapping {
  /** Name in the catalogue, of a histogram's part with `_bucket`, `_sum` or `_count`. */
  metric: string;
  kind: Exclude<SampleKind, 'delta'>;
  /** What the value is multiplied by. */
  scale: number;
  /** What the label `le` is multiplied by; 1 for all but buckets. */
  boundScale: number;
  /** Renames: the sender's label, ours. In order of precedence. */
  labels: readonly (readonly [theirs: string, ours: string])[];
  set: readonly (readonly [label: string, value: string])[];
  only: readonly (readonly [theirs: string, value: string])[];
  /** From here on a value says that there is none; Infinity when there is no such mark. */
  blankFrom: number;
}

const entriesOf = (record: Readonly<Record<string, string>> | undefined) => Object.entries(record ?? {});

/** Throws on a name that is not a sample metric of the catalogue: a mistake in these tables. */
const mappingsOf = (name: string, target: Target, sender: WellKnownNames): [string, Mapping][] => {
  const source = findMetric(target.to)?.source;
  if (source?.from !== 'sample') throw new Error(`${name} is mapped to ${target.to}, which takes no samples`);
  const scale = target.scale ?? 1;
  const shared = {
    labels: entriesOf(sender.labels),
    set: entriesOf(target.set),
    only: entriesOf(target.only),
    blankFrom: sender.blankFrom ?? Number.POSITIVE_INFINITY,
  };
  if (source.kind !== 'histogram') {
    const kind = source.kind === 'gauge' ? 'gauge' : 'counter';
    return [[name, { metric: target.to, kind, scale, boundScale: 1, ...shared }]];
  }
  const part = (suffix: string, scales: { scale: number; boundScale: number }): [string, Mapping] => [
    `${name}${suffix}`,
    { metric: `${target.to}${suffix}`, kind: 'counter', ...scales, ...shared },
  ];
  return [
    part('_bucket', { scale: 1, boundScale: scale }),
    part('_sum', { scale, boundScale: 1 }),
    part('_count', { scale: 1, boundScale: 1 }),
  ];
};

/** Mappings by incoming name, histograms by their parts: one look-up a sample. */
export const MAPPINGS: ReadonlyMap<string, Mapping> = new Map(
  SENDERS.toReversed().flatMap((sender) =>
    Object.entries(sender.names).flatMap(([name, target]) =>
      mappingsOf(name, typeof target === 'string' ? { to: target } : target, sender),
    ),
  ),
);
