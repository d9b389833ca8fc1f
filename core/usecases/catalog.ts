import { needRole } from '../access/roles.ts';
import { boundTo, isBound, isTheirs } from '../access/teams.ts';
import { AppError } from '../errors.ts';
import type { Metric } from '../metrics/types.ts';
import { findMetric, METRICS } from '../metrics.ts';
import type { Principal } from '../ports.ts';
import type { QueryPorts } from '../query/context.ts';
import { STATS, sourceKind } from '../query/evaluate.ts';
import { ownLabel } from '../query/labels.ts';
import type { Params } from '../query/params.ts';
import { timeParam } from '../query/time.ts';
import { measuresOf } from '../rollups/fold.ts';
import { DAY, FAMILIES, HOUR, partitionSpan, SAMPLES, samplesOf, stepsOf } from '../telemetry/families.ts';

const ANY_TIME = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const PARTS = ['_bucket', '_sum', '_count'] as const;

/** A metric that came as samples under a name that the catalogue does not list; undefined when none came. */
export const sampleMetric = async (ports: QueryPorts, name: string, range = ANY_TIME): Promise<Metric | undefined> => {
  const kinds = await seenSamples(ports, range, (metric) => metric === name || metric === `${name}_bucket`);
  const isHistogram = kinds.has(`${name}_bucket`) && !kinds.has(name);
  const kind = isHistogram ? 'histogram' : kinds.get(name);
  return kind === undefined ? undefined : describeSample(name, kind);
};

type Kind = Extract<Metric['source'], { from: 'sample' }>['kind'];

const describeSample = (name: string, kind: Kind): Metric => ({
  name,
  unit: '1',
  source: { from: 'sample', kind },
  meaning: 'As it came by OTLP or remote write.',
  defaultStat: kind === 'gauge' ? 'avg' : kind === 'histogram' ? 'p95' : 'rate',
  rows: [],
});

/** Families that are asked of the store together, which may answer many at the cost of one. */
const AT_ONCE = 64;

/** Does some work for each, `AT_ONCE` at a time. */
const forMany = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(work));
};

/**
 * The names that samples came under, with their kinds. Compacted ones are families of their own; loose ones are looked into.
 *
 * @param isWanted which metrics matter; others may be among the answers
 */
const seenSamples = async (
  ports: QueryPorts,
  range: { fromMs: number; toMs: number },
  isWanted: (metric: string) => boolean = () => true,
): Promise<Map<string, Kind>> => {
  const kinds = new Map<string, Kind>();
  const look = async (name: string, stepMs: number, from: number) => {
    const query = { family: name, stepMs, fromMs: from - partitionSpan(stepMs), toMs: range.toMs };
    for (const { block } of await ports.reader(query)) {
      for (const [metric, kind] of block.series()) kinds.set(metric!, kind as Kind);
    }
  };
  await look(SAMPLES.name, SAMPLES.baseStepMs, range.fromMs);
  const prefix = samplesOf('');
  const families = (await ports.rollups.families()).filter((family) => {
    const metric = family.slice(prefix.length);
    return family.startsWith(prefix) && isWanted(metric) && !kinds.has(metric);
  });
  await forMany(families, async (family) => {
    // Which kind it is stands in any of its blocks; the coarsest are the fewest.
    for (const stepMs of [DAY, HOUR]) {
      const newest = (await ports.rollups.list({ family, stepMs, ...ANY_TIME })).at(-1);
      if (!newest) continue;
      const query = { family, stepMs, fromMs: newest.startMs, toMs: newest.startMs + 1 };
      for (const { block } of await ports.reader(query))
        for (const [name, kind] of block.series()) kinds.set(name!, kind as Kind);
      break;
    }
  });
  return kinds;
};

/** `GET /v1/catalog`: every metric that can be asked for, what it means, and by which dimensions. */
export const catalog = (ports: QueryPorts) => async (_principal: Principal) => {
  const kinds = await seenSamples(ports, ANY_TIME);
  const isSeen = (name: string) => kinds.has(name) || PARTS.some((part) => kinds.has(name + part));
  const isPart = (name: string) =>
    PARTS.some((part) => name.endsWith(part) && isHistogram(name.slice(0, -part.length)));
  // Of the catalogue's own some come as count and sum only.
  const isHistogram = (name: string) => {
    const source = findMetric(name)?.source;
    return kinds.has(`${name}_bucket`) || (source?.from === 'sample' && source.kind === 'histogram');
  };
  const others = [...kinds.keys()]
    .filter((name) => !findMetric(name) && !isPart(name))
    .sort()
    .map((name) => describeSample(name, kinds.get(name)!));
  const histograms = [...kinds.keys()]
    .filter((name) => name.endsWith('_bucket'))
    .map((name) => name.slice(0, -'_bucket'.length))
    .filter((name) => !findMetric(name) && !kinds.has(name))
    .sort()
    .map((name) => describeSample(name, 'histogram'));
  return {
    metrics: [...METRICS, ...others, ...histograms].map((metric) => ({
      name: metric.name,
      unit: metric.unit,
      kind: sourceKind(metric),
      meaning: metric.meaning,
      defaultStat: metric.defaultStat,
      stats: STATS[sourceKind(metric)],
      ...(metric.source.from === 'sample'
        ? { dimensions: 'any label of the samples', seen: isSeen(metric.name) }
        : { dimensions: dimensionsOf(metric) }),
    })),
  };
};

/** The sets of dimensions that can be asked for together. */
const dimensionsOf = ({ source }: Metric): (readonly string[])[] => {
  if (source.from === 'ratio') {
    const terms = [source.numerator, source.denominator].map((term) => dimensionsOf(findMetric(term.metric)!));
    return terms[0]!.filter((set) => terms[1]!.some((other) => set.every((name) => other.includes(name))));
  }
  if (source.from === 'sample') return [];
  const measure = source.from === 'distinct' ? 'events' : source.measure;
  return FAMILIES.filter(
    (family) => family.event === source.event && measuresOf(family).some(({ name }) => name === measure),
  )
    .map(({ dimensions }) => dimensions)
    .filter((dimensions) => source.from !== 'distinct' || dimensions.includes(source.dimension));
};

const MAX_VALUES = 1_000;

/**
 * `GET /v1/dimensions/{name}`: the values a dimension (or a label of samples) had in a range, sorted. To a bound caller
 * those of its teams' series.
 *
 * @throws AppError forbidden without the role, or where a bound caller asks for what is kept of all teams together;
 *   invalidInput for wrong parameters; notFound
 */
export const dimensionValues =
  (ports: QueryPorts) => async (principal: Principal, name: string, params: Params, nowMs: number) => {
    needRole(principal, 'reader', 'ask for the values of dimensions');
    for (const given of new Set(params.keys())) {
      if (given !== 'from' && given !== 'to') throw invalid(given, 'unknown parameter; known are from, to');
    }
    const time = (key: string, otherwise: string) => {
      const text = params.getAll(key)[0] ?? otherwise;
      const read = timeParam(text, nowMs);
      if (typeof read === 'string') throw invalid(key, read);
      return read;
    };
    const range = { fromMs: time('from', 'now-7d'), toMs: time('to', 'now') };
    const values = new Set<string>();
    const families = FAMILIES.filter(({ dimensions }) => dimensions.includes(name));
    const ofTeams = families.filter(({ dimensions }) => !isBound(principal) || dimensions.includes('team'));
    for (const family of ofTeams) {
      const [at, team] = [family.dimensions.indexOf(name), family.dimensions.indexOf('team')];
      await eachSeries(ports, { ...family, ...range }, (series) => {
        if (isTheirs(principal, series[team])) values.add(series[at]!);
      });
    }
    const samples = (await ports.rollups.families()).filter((family) => family.startsWith(SAMPLES.name));
    await forMany(samples, (family) =>
      eachSeries(ports, { ...SAMPLES, name: family, ...range }, (series) => {
        const labels = JSON.parse(series[3]!) as Record<string, string>;
        if (isTheirs(principal, ownLabel(labels, 'team'))) values.add(ownLabel(labels, name));
      }),
    );
    values.delete('');
    if (families.length > 0 && ofTeams.length === 0 && values.size === 0)
      throw new AppError(
        'forbidden',
        `"${name}" is kept of all teams together, and ${principal.id} may not see that: ${boundTo(principal)}`,
      );
    if (families.length === 0 && values.size === 0) {
      const known = [...new Set(FAMILIES.flatMap(({ dimensions }) => dimensions))].sort().join(', ');
      throw new AppError(
        'notFound',
        `no dimension is named "${name}"; known are ${known}, and every label of your samples`,
      );
    }
    const sorted = [...values].sort();
    return {
      dimension: name,
      values: sorted.slice(0, MAX_VALUES),
      truncated: sorted.length > MAX_VALUES,
      total: sorted.length,
    };
  };

const eachSeries = async (
  ports: QueryPorts,
  of: { name: string; baseStepMs: number; fromMs: number; toMs: number },
  visit: (series: readonly string[]) => void,
) => {
  // The coarsest step holds every series that was compacted; what is loose is only at the finest.
  for (const stepMs of stepsOf(of)) {
    const span = partitionSpan(stepMs);
    const query = { family: of.name, stepMs, fromMs: Math.floor(of.fromMs / span) * span, toMs: of.toMs };
    for (const { block, loose } of await ports.reader(query)) {
      if (loose || stepMs === DAY) for (const series of block.series()) visit(series);
    }
  }
};

const invalid = (path: string, message: string) =>
  new AppError('invalidInput', `${path}: ${message}`, { problems: [{ path, message }] });
