import { needRole } from '../access/roles.ts';
import { isBound, teamFilter } from '../access/teams.ts';
import { AppError } from '../errors.ts';
import type { Metric } from '../metrics/types.ts';
import { findMetric, METRICS } from '../metrics.ts';
import { didYouMean } from '../nearest.ts';
import type { Principal } from '../ports.ts';
import { familiesFor } from '../query/chooseFamily.ts';
import { type GroupValues, groupKey, type QueryPorts, type Selection } from '../query/context.ts';
import { checkStats, evaluate } from '../query/evaluate.ts';
import { NeedsCoarserStep } from '../query/events.ts';
import { type Params, parseQuery, type QueryInput } from '../query/params.ts';
import { coarsestUsable, finestStep, isClockStep } from '../query/plan.ts';
import { dailyGrid, uniformGrid } from '../query/time.ts';
import { DAY, HOUR, MINUTE, SAMPLES } from '../telemetry/families.ts';
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
  /** Epoch milliseconds: the range asked for, widened to whole steps; `to` is not included. */
  from: number;
  to: number;
  /** Seconds between points; 0 when one point stands for the whole range. */
  step_s: number;
  note?: string;
  series: QuerySeries[];
}

/**
 * `GET /v1/query`: a metric's stats over a range, by group and step. Of what is not of a bound caller's teams nothing counts.
 *
 * @throws AppError forbidden without the role; invalidInput for parameters that are wrong or cannot go together; notFound
 *   for an unknown metric
 */
export const runQuery =
  (ports: QueryPorts) =>
  async (principal: Principal, params: Params, nowMs: number): Promise<QueryAnswer> => {
    needRole(principal, 'reader', 'ask for metrics');
    const input = ofTheirs(principal, parseQuery(params, nowMs));
    const metric = await metricOf(ports, input.metric, input);
    const stats = input.stats.length > 0 ? input.stats : [metric.defaultStat];
    checkStats(metric, stats);
    checkDimensions(principal, metric, stats, input);
    const { selection, groups } = await answer(ports, metric, stats, input, nowMs);
    const { notes } = selection;
    if (isBound(principal)) notes.add(`only your teams' data: ${principal.teams.join(', ')}`);
    if (
      metric.source.from === 'sample' &&
      metric.source.kind === 'histogram' &&
      stats.some((stat) => stat.startsWith('p'))
    ) {
      notes.add("quantiles come from the histogram's buckets and are as exact as those");
    }
    const leftOut = selection.spanCallsLeftOut.most;
    if (leftOut > 0) {
      notes.add(`calls of ${leftOut} spans are left out: events report the same deployments in the same hours`);
    }
    const isSilent = groups.every(({ values }) => values.every((bucket) => bucket.every(Number.isNaN)));
    if (isSilent) notes.add('no data for this metric, these filters and this range');
    return {
      metric: metric.name,
      unit: metric.unit,
      from: selection.grid.fromMs,
      to: selection.grid.toMs,
      step_s: selection.grid.stepS,
      ...(notes.size > 0 ? { note: [...notes].join('; ') } : {}),
      series: groups.flatMap((group) => seriesOf(group, stats, selection)),
    };
  };

/** The question with the condition that bound callers have in every one. */
const ofTheirs = (principal: Principal, input: QueryInput): QueryInput => {
  const filter = teamFilter(principal);
  return filter ? { ...input, filters: [...input.filters, filter] } : input;
};

/** Throws AppError invalidInput where nothing is kept by these dimensions; to a bound caller also why `team` is among them. */
const checkDimensions = (principal: Principal, metric: Metric, stats: readonly string[], input: QueryInput): void => {
  try {
    baseFamily(metric, stats, input);
  } catch (error) {
    if (!(error instanceof AppError) || !isBound(principal)) throw error;
    const why = `team is one of them, since ${principal.id} sees only its teams' data`;
    throw new AppError(error.code, `${error.message}; ${why}`, { problems: error.problems, cause: error });
  }
};

/** The groups of the answer, in order; in coarser steps than asked for where only those can be answered. */
const answer = async (
  ports: QueryPorts,
  metric: Metric,
  stats: readonly string[],
  input: QueryInput,
  nowMs: number,
  finestMs: number = MINUTE,
) => {
  const selection = await select(ports, metric, stats, input, nowMs, finestMs);
  try {
    const top = await topGroups(ports, metric, stats[0]!, input, selection);
    const groups = await evaluate(ports, metric, stats, top ? { ...selection, onlyGroups: new Set(top) } : selection);
    return { selection, groups: inOrder(groups, top) };
  } catch (error) {
    if (!(error instanceof NeedsCoarserStep) || error.stepMs <= finestMs) throw error;
    return answer(ports, metric, stats, input, nowMs, error.stepMs);
  }
};

const metricOf = async (ports: QueryPorts, name: string, range: { fromMs: number; toMs: number }): Promise<Metric> => {
  const metric = findMetric(name) ?? (await sampleMetric(ports, name, range));
  if (metric) return metric;
  const names = METRICS.map((other) => other.name);
  const hint =
    didYouMean(name, names) || didYouMean(name.split('.').at(-1)!, names) || '; GET /v1/catalog lists those there are';
  throw new AppError('notFound', `no metric is named "${name}" and nothing came under that name${hint}`);
};

/** What to read: the buckets that the range can be answered in, with notes where they are not those that were asked for. */
const select = async (
  ports: QueryPorts,
  metric: Metric,
  stats: readonly string[],
  input: QueryInput,
  nowMs: number,
  atLeastMs: number,
): Promise<Selection> => {
  const notes = new Set<string>();
  const base = baseFamily(metric, stats, input);
  const { finestMs, stepMs, grid, range } = await gridOf(ports, base, input, atLeastMs);
  if (stepMs !== input.stepMs) {
    notes.add(
      `answered in steps of ${stepMs / MINUTE} min: these series are kept in steps of ${finestMs / MINUTE} min for this range`,
    );
  }
  if (stepMs === 0 && finestMs > MINUTE && (range.fromMs !== input.fromMs || range.toMs !== input.toMs)) {
    notes.add(`range widened to whole steps of ${finestMs / MINUTE} min, as these series are kept`);
  }
  const isDaily = stepMs === DAY && input.timeZone !== 'UTC';
  // Zones are ahead of UTC by multiples of a quarter of an hour.
  if (
    isDaily &&
    finestMs >= HOUR &&
    dailyGrid(range, input.timeZone, 1).starts.some((start, i) => start !== grid.starts[i])
  ) {
    notes.add(`days begin at whole ${finestMs / MINUTE} min of UTC, as these series are kept, not at midnight`);
  }
  const maxStepMs = coarsestUsable(grid);
  const spanCallsLeftOut = { most: 0 };
  return { groupBy: input.groupBy, filters: input.filters, grid, nowMs, maxStepMs, notes, spanCallsLeftOut };
};

/**
 * The buckets, made of what is kept for all of them: they may begin before the range, where less is kept than for the
 * range itself.
 */
const gridOf = async (
  ports: QueryPorts,
  base: { name: string; baseStepMs: number },
  input: QueryInput,
  atLeastMs: number,
) => {
  let finestMs = Math.max(atLeastMs, await finestStep(ports.rollups, base, input.fromMs));
  for (;;) {
    let { stepMs } = input;
    if (stepMs % finestMs !== 0) {
      stepMs = Math.ceil(stepMs / finestMs) * finestMs;
      while (!isClockStep(stepMs)) stepMs += finestMs;
    }
    const range = stepMs === 0 ? wholeSteps(input, finestMs) : input;
    const isDaily = stepMs === DAY && input.timeZone !== 'UTC';
    const grid = isDaily ? dailyGrid(range, input.timeZone, finestMs) : uniformGrid(range, stepMs);
    const neededMs = await finestStep(ports.rollups, base, grid.fromMs);
    if (neededMs <= finestMs) return { finestMs, stepMs, range, grid };
    finestMs = neededMs;
  }
};

const wholeSteps = ({ fromMs, toMs }: QueryInput, stepMs: number) => ({
  fromMs: Math.floor(fromMs / stepMs) * stepMs,
  toMs: Math.ceil(toMs / stepMs) * stepMs,
});

/** The family that will answer: its finest step bounds the query's. */
const baseFamily = (
  { source }: Metric,
  stats: readonly string[],
  input: QueryInput,
): { name: string; baseStepMs: number } => {
  const dimensions = [...input.groupBy, ...input.filters.map(({ name }) => name)];
  switch (source.from) {
    case 'sample':
      return SAMPLES;
    case 'ratio': {
      const [top, bottom] = [source.numerator, source.denominator].map((term) =>
        baseFamily(findMetric(term.metric)!, [term.stat], input),
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
      return familiesFor({ ...source, dimensions, stepMs: input.stepMs, stats })[0]!;
  }
};

/**
 * With a limit or an order: the keys of the groups that lead (or trail) by the first stat over the whole range, in that
 * order; groups without a value come last. Undefined without either.
 */
const topGroups = async (
  ports: QueryPorts,
  metric: Metric,
  stat: string,
  { limit, order }: QueryInput,
  selection: Selection,
): Promise<string[] | undefined> => {
  if (limit === undefined && order === undefined) return undefined;
  const { fromMs, toMs } = selection.grid;
  const whole = { ...selection, grid: uniformGrid({ fromMs, toMs }, 0), maxStepMs: DAY, spanCallsLeftOut: { most: 0 } };
  const groups = byLabels(await evaluate(ports, metric, [stat], whole));
  const sign = order === 'asc' ? 1 : -1;
  const ranked = groups.map(({ labels, values }) => ({ key: groupKey(labels), value: values[0]![0]! }));
  ranked.sort(
    (a, b) => Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || sign * (a.value - b.value) || 0,
  );
  return ranked.slice(0, limit).map(({ key }) => key);
};

const byLabels = (groups: readonly GroupValues[]): GroupValues[] =>
  [...groups].sort((a, b) => (groupKey(a.labels) < groupKey(b.labels) ? -1 : 1));

/** In the order of the keys, or by labels where there are none. */
const inOrder = (groups: readonly GroupValues[], top: readonly string[] | undefined): GroupValues[] => {
  if (!top) return byLabels(groups);
  const found = new Map(groups.map((group) => [groupKey(group.labels), group]));
  return top.flatMap((key) => found.get(key) ?? []);
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

/** The names of those rows' columns, in order, also of an answer without rows. Throws AppError as the query itself. */
export const answerColumns = (params: Params, nowMs: number): string[] => [
  'time',
  ...parseQuery(params, nowMs).groupBy,
  'stat',
  'value',
];
