import { AppError } from '../errors.ts';
import type { Metric } from '../metrics/types.ts';
import { findMetric, METRICS } from '../metrics.ts';
import type { Principal } from '../ports.ts';
import { type GroupValues, groupKey, type QueryPorts, type Selection } from '../query/context.ts';
import { checkStats, evaluate } from '../query/evaluate.ts';
import { familiesFor } from '../query/events.ts';
import { type Params, parseQuery, type QueryInput } from '../query/params.ts';
import { coarsestUsable, finestStep } from '../query/plan.ts';
import { dailyGrid, uniformGrid } from '../query/time.ts';
import { DAY, MINUTE, SAMPLES } from '../telemetry/families.ts';
import { sampleMetric } from './catalog.ts';

/** One line of an answer: points are [epoch milliseconds of the bucket's start, value or null where nothing is known]. */
export interface QuerySeries {
  labels: Record<string, string>;
  stat: string;
  points: [number, number | null][];
}

export interface QueryAnswer {
  metric: string;
  unit: string;
  /** Seconds between points; 0 when one point stands for the whole range. */
  step_s: number;
  note?: string;
  series: QuerySeries[];
}

/**
 * `GET /v1/query`: a metric's stats over a range, by group and step.
 * Throws AppError invalidInput for parameters that are wrong or cannot go together, notFound for an unknown metric.
 */
export const runQuery =
  (ports: QueryPorts) =>
  async (_principal: Principal, params: Params, nowMs: number): Promise<QueryAnswer> => {
    const input = parseQuery(params, nowMs);
    const metric = await metricOf(ports, input.metric, input);
    const stats = input.stats.length > 0 ? input.stats : [metric.defaultStat];
    checkStats(metric, stats);
    const { selection, notes } = await select(ports, metric, input, nowMs);
    const groups = await evaluate(ports, metric, stats, await topOnly(ports, metric, stats[0]!, input, selection));
    if (
      metric.source.from === 'sample' &&
      metric.source.kind === 'histogram' &&
      stats.some((stat) => stat.startsWith('p'))
    ) {
      notes.push("quantiles come from the histogram's buckets and are as exact as those");
    }
    const isSilent = groups.every(({ values }) => values.every((bucket) => bucket.every(Number.isNaN)));
    if (isSilent) notes.push('no data for this metric, these filters and this range');
    return {
      metric: metric.name,
      unit: metric.unit,
      step_s: selection.grid.stepS,
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
      series: inOrder(groups, input).flatMap((group) => seriesOf(group, stats, selection)),
    };
  };

const metricOf = async (ports: QueryPorts, name: string, range: { fromMs: number; toMs: number }): Promise<Metric> => {
  const metric = findMetric(name) ?? (await sampleMetric(ports, name, range));
  if (metric) return metric;
  const word = name.toLowerCase().split('.').at(-1)!;
  const near = METRICS.filter((other) => other.name.toLowerCase().includes(word)).slice(0, 5);
  const hint =
    near.length > 0 ? `did you mean ${near.map((other) => other.name).join(', ')}?` : 'GET /v1/catalog lists them';
  throw new AppError('notFound', `no metric is named "${name}" and nothing came under that name; ${hint}`);
};

/** The buckets that the range can be answered in, with notes where they are not those that were asked for. */
const select = async (ports: QueryPorts, metric: Metric, input: QueryInput, nowMs: number) => {
  const notes: string[] = [];
  const base = baseFamily(metric, input);
  const finestMs = Math.max(MINUTE, await finestStep(ports.rollups, base, input.fromMs));
  let stepMs = input.stepMs;
  if (stepMs > 0 && stepMs < finestMs) {
    notes.push(`answered in steps of ${finestMs / MINUTE} min: these series are not kept finer for this range`);
    stepMs = finestMs;
  }
  const isDaily = stepMs === DAY && input.timeZone !== 'UTC';
  const range = stepMs === 0 ? wholeSteps(input, finestMs) : input;
  if (stepMs === 0 && finestMs > MINUTE && (range.fromMs !== input.fromMs || range.toMs !== input.toMs)) {
    notes.push(`range widened to whole steps of ${finestMs / MINUTE} min, as these series are kept`);
  }
  const grid = isDaily ? dailyGrid(range, input.timeZone) : uniformGrid(range, stepMs);
  const maxStepMs = coarsestUsable(stepMs, isDaily ? input.timeZone : 'UTC');
  const selection: Selection = { groupBy: input.groupBy, filters: input.filters, grid, nowMs, maxStepMs };
  return { selection, notes };
};

const wholeSteps = ({ fromMs, toMs }: QueryInput, stepMs: number) => ({
  fromMs: Math.floor(fromMs / stepMs) * stepMs,
  toMs: Math.ceil(toMs / stepMs) * stepMs,
});

/** The family that will answer: its finest step bounds the query's. */
const baseFamily = ({ source }: Metric, input: QueryInput): { name: string; baseStepMs: number } => {
  const dimensions = [...input.groupBy, ...input.filters.map(({ name }) => name)];
  switch (source.from) {
    case 'sample':
      return SAMPLES;
    case 'ratio': {
      const [top, bottom] = [source.numerator, source.denominator].map((term) =>
        baseFamily(findMetric(term.metric)!, input),
      );
      return top!.baseStepMs > bottom!.baseStepMs ? top! : bottom!;
    }
    case 'distinct':
      return familiesFor({
        event: source.event,
        measure: 'events',
        dimensions: [...dimensions, source.dimension],
        stepMs: input.stepMs,
      })[0]!;
    default:
      return familiesFor({ ...source, dimensions, stepMs: input.stepMs })[0]!;
  }
};

/** With a limit: only the groups that lead (or trail) by the first stat over the whole range. */
const topOnly = async (
  ports: QueryPorts,
  metric: Metric,
  stat: string,
  input: QueryInput,
  selection: Selection,
): Promise<Selection> => {
  if (input.limit === undefined || selection.grid.starts.length === 1) return selection;
  const { fromMs, toMs } = selection.grid;
  const whole = { ...selection, grid: uniformGrid({ fromMs, toMs }, 0), maxStepMs: DAY };
  const ranked = inOrder(await evaluate(ports, metric, [stat], whole), input);
  return { ...selection, onlyGroups: new Set(ranked.map(({ labels }) => groupKey(labels))) };
};

/** With a limit by the first value, else by labels; groups without a value come last. */
const inOrder = (groups: readonly GroupValues[], { limit, order }: QueryInput): GroupValues[] => {
  const byLabels = [...groups].sort((a, b) => (groupKey(a.labels) < groupKey(b.labels) ? -1 : 1));
  if (limit === undefined) return byLabels;
  const sign = order === 'desc' ? -1 : 1;
  const total = ({ values }: GroupValues) =>
    values[0]!.reduce((sum, value) => (Number.isNaN(value) ? sum : (sum || 0) + value), Number.NaN);
  const ranked = byLabels.map((group) => ({ group, value: total(group) }));
  ranked.sort(
    (a, b) => Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || sign * (a.value - b.value) || 0,
  );
  return ranked.slice(0, limit).map(({ group }) => group);
};

const seriesOf = (
  { labels, values }: GroupValues,
  stats: readonly string[],
  { groupBy, grid }: Selection,
): QuerySeries[] =>
  stats.map((stat, i) => ({
    labels: Object.fromEntries(groupBy.map((name, d) => [name, labels[d]!])),
    stat,
    points: grid.starts.map((start, t): [number, number | null] => {
      const value = values[i]![t]!;
      return [start, Number.isNaN(value) ? null : value];
    }),
  }));

/** An answer as rows, one for each point: what CSV shows. */
export const answerRows = (answer: QueryAnswer): Record<string, string | number | null>[] =>
  answer.series.flatMap(({ labels, stat, points }) =>
    points.map(([time, value]) => ({ time: new Date(time).toISOString(), ...labels, stat, value })),
  );
