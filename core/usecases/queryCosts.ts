import { needRole } from '../access/roles.ts';
import { isBound, teamFilter } from '../access/teams.ts';
import { AMOUNTS, type Amount, BASES, type Basis, COST_DIMENSIONS, type CostDimension } from '../cost/entry.ts';
import type { Grain, Ledger } from '../cost/ledger/ledger.ts';
import { type CostSums, sumCosts, type Unpriced } from '../cost/ledger/sum.ts';
import { LEDGER_CURRENCY } from '../cost/ledger/table.ts';
import { AppError, type Problem } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Principal } from '../ports.ts';
import type { Filter } from '../query/filter.ts';
import { type Params, parseQuery, QUERY_PARAMS, type QueryInput } from '../query/params.ts';
import { dailyGrid, type Grid, uniformGrid } from '../query/time.ts';
import { DAY, HOUR } from '../telemetry/families.ts';

/** Who pays for capacity that is held and idle: whoever holds it, or nobody, so that it stands in a line of its own. */
export const ALLOCATIONS = ['reservation', 'usage'] as const;
export type Allocation = (typeof ALLOCATIONS)[number];

export interface CostSeries {
  labels: Record<string, string>;
  /** Only where it is not the ledger's currency. */
  currency?: string;
  points: [number, number | null][];
  /** At list price, before discounts, over the whole range. */
  listCost: number | null;
  /** Over the whole range; null = nothing of it has a price. */
  total: number | null;
}

export interface CostsAnswer {
  currency: string;
  basis: Basis;
  allocation: Allocation;
  /** Which of a bill's amounts; an estimate has one. */
  amount: Amount;
  from: number;
  to: number;
  step_s: number;
  groupBy: string[];
  /** Over all groups, also those that `limit` leaves out, in the ledger's currency. */
  total: number;
  note?: string;
  series: CostSeries[];
  /** What was used and has no price: it is in no sum. */
  unpriced: Unpriced[];
}

/** A question longer than this with hours or clients reads too much. */
const LONGEST_HOURLY_MS = 100 * DAY;
const OWN_PARAMS = ['basis', 'allocation', 'amount'] as const;

export const COST_PARAMS = [
  ...OWN_PARAMS,
  ...QUERY_PARAMS.filter((name) => name !== 'metric' && name !== 'stat'),
] as const;

/**
 * `GET /v1/costs`: what everything cost, by group and step. Sums over the groups equal the total whatever they are grouped by;
 * what has no price is listed and in no sum. Of what is not of a bound caller's teams nothing counts.
 *
 * @throws AppError forbidden without the role; invalidInput for parameters that are wrong
 */
export const queryCosts =
  ({ ledger }: { ledger: Pick<Ledger, 'tables'> }) =>
  async (principal: Principal, params: Params, nowMs: number): Promise<CostsAnswer> => {
    needRole(principal, 'reader', 'ask for costs');
    const { input, basis, allocation, amount } = parseCosts(params, nowMs);
    const notes = new Set<string>();
    const groupBy = input.groupBy as CostDimension[];
    const theirs = teamFilter(principal);
    const filters: Filter[] = theirs ? [...input.filters, theirs] : [...input.filters];
    if (isBound(principal)) notes.add(`only your teams' costs: ${principal.teams.join(', ')}`);

    const isOfClients = [...groupBy, ...filters.map(({ name }) => name)].includes('client');
    const stepMs = stepFor(basis, input, notes);
    const isDaily = basis === 'billed' || (input.timeZone === 'UTC' && isWholeDays(input, stepMs));
    const grain: Grain = isOfClients && basis === 'estimated' ? 'client' : isDaily ? 'day' : 'hour';
    if (grain !== 'day' && input.toMs - input.fromMs > LONGEST_HOURLY_MS)
      throw invalid(
        'from',
        'hours and clients are answered over at most 100 days; use whole days (step=1d) for longer',
      );

    const grid = gridOf(input, stepMs, grain);
    const read = await ledger.tables({ basis, grain, fromMs: grid.fromMs, toMs: grid.toMs });
    const tables = allocation === 'usage' ? read.map(withoutHolders) : read;
    const { groups, unpriced } = sumCosts(tables, { grid, groupBy, filters, amount });
    if (groups.length === 0) notes.add(`the ledger has no ${basis} costs for this range and these filters`);
    if (unpriced.length > 0) notes.add(`${unpriced.length} things have no price and are in no sum: see unpriced`);
    const last = grid.starts.at(-1);
    if (basis === 'estimated' && last !== undefined && grid.toMs > nowMs) notes.add('the last step is not over');

    const inLedgers = groups.filter(({ currency }) => currency === LEDGER_CURRENCY);
    return {
      currency: LEDGER_CURRENCY,
      basis,
      allocation,
      amount,
      from: grid.fromMs,
      to: grid.toMs,
      step_s: grid.stepS,
      groupBy,
      total: inLedgers.reduce((sum, { total }) => sum + (total ?? 0), 0),
      ...(notes.size > 0 ? { note: [...notes].join('; ') } : {}),
      series: inOrder(groups, input).map((group) => seriesOf(group, grid)),
      unpriced: unpriced.sort((a, b) => b.quantity - a.quantity).slice(0, 100),
    };
  };

const invalid = (path: string, message: string) =>
  new AppError('invalidInput', `${path}: ${message}`, { problems: [{ path, message }] });

/** The grammar of /v1/query, with `basis` and `allocation` and without a metric and stats. */
const parseCosts = (
  params: Params,
  nowMs: number,
): { input: QueryInput; basis: Basis; allocation: Allocation; amount: Amount } => {
  const problems: Problem[] = [];
  const oneOf = <T extends string>(name: string, known: readonly T[]): T => {
    const value = params.getAll(name)[0] ?? known[0]!;
    if (!(known as readonly string[]).includes(value))
      problems.push({ path: name, message: `"${value}" is none of ${known.join(', ')}` });
    return value as T;
  };
  const basis = oneOf<Basis>('basis', BASES);
  const allocation = oneOf<Allocation>('allocation', ALLOCATIONS);
  const amount = oneOf<Amount>('amount', AMOUNTS);
  const without = (names: readonly string[]): Params => ({
    getAll: (name) => (name === 'metric' ? ['cost'] : params.getAll(name)),
    keys: () => [...params.keys()].filter((name) => !names.includes(name)),
  });
  for (const name of ['metric', 'stat'])
    if (params.getAll(name).length > 0) problems.push({ path: name, message: 'is not for costs; leave it out' });
  const input = parseQuery(without([...OWN_PARAMS, 'metric', 'stat']), nowMs);
  const dimensions = new Set<string>(COST_DIMENSIONS);
  for (const [path, names] of [
    ['groupBy', input.groupBy],
    ['filter', input.filters.map(({ name }) => name)],
  ] as const)
    for (const name of names.filter((name) => !dimensions.has(name)))
      problems.push({
        path,
        message: `costs have no dimension "${name}"${didYouMean(name, COST_DIMENSIONS)}; they have ${COST_DIMENSIONS.join(', ')}`,
      });
  if (problems.length > 0)
    throw new AppError('invalidInput', problems.map(({ path, message }) => `${path}: ${message}`).join('; '), {
      problems,
    });
  return { input, basis, allocation, amount };
};

/** Bills are of days, estimates of hours; 0 = one step for the whole range. */
const stepFor = (basis: Basis, { stepMs }: QueryInput, notes: Set<string>): number => {
  const finest = basis === 'billed' ? DAY : HOUR;
  if (stepMs === 0 || stepMs >= finest) return stepMs;
  notes.add(`${basis} costs are kept by ${basis === 'billed' ? 'day' : 'hour'}, so that is the step`);
  return finest;
};

const isWholeDays = ({ fromMs, toMs }: QueryInput, stepMs: number): boolean =>
  stepMs === DAY || (stepMs === 0 && fromMs % DAY === 0 && toMs % DAY === 0);

const gridOf = ({ fromMs, toMs, timeZone }: QueryInput, stepMs: number, grain: Grain): Grid => {
  const unit = grain === 'day' ? DAY : HOUR;
  const range = { fromMs: Math.floor(fromMs / unit) * unit, toMs: Math.ceil(toMs / unit) * unit };
  return timeZone !== 'UTC' && stepMs === DAY && grain !== 'day'
    ? dailyGrid(range, timeZone, HOUR)
    : uniformGrid(range, stepMs);
};

/** By usage, what is held and idle is nobody's: a line of its own. */
const withoutHolders = (table: Awaited<ReturnType<Ledger['tables']>>[number]) => ({
  ...table,
  labels: table.labels.map((labels) => {
    if (labels.line !== 'idleHeld') return labels;
    const { deployment: _, model: __, modelVersion: ___, team: ____, project: _____, client: ______, ...rest } = labels;
    return rest;
  }),
});

const inOrder = (groups: CostSums[], { limit, order, groupBy }: QueryInput): CostSums[] => {
  const sign = order === 'asc' ? -1 : 1;
  const text = ({ labels }: CostSums) => groupBy.map((name) => labels[name as CostDimension]).join('\u001f');
  const sorted =
    limit === undefined && order === undefined
      ? groups.sort((a, b) => (text(a) < text(b) ? -1 : 1))
      : groups.sort((a, b) => sign * ((b.total ?? 0) - (a.total ?? 0)));
  return limit === undefined ? sorted : sorted.slice(0, limit);
};

const seriesOf = ({ labels, currency, costs, listCosts, total }: CostSums, grid: Grid): CostSeries => {
  const listed = listCosts.filter((cost) => cost !== null);
  return {
    labels: labels as Record<string, string>,
    ...(currency === LEDGER_CURRENCY ? {} : { currency }),
    points: grid.starts.map((start, i) => [start, costs[i] ?? null]),
    listCost: listed.length === 0 ? null : listed.reduce((sum, cost) => sum + cost, 0),
    total,
  };
};

/** An answer as rows, one for each point: what a CSV of it holds. */
export const costRows = ({ series }: CostsAnswer): Record<string, string | number | null>[] =>
  series.flatMap(({ labels, currency = LEDGER_CURRENCY, points }) =>
    points.map(([time, cost]) => ({ time: new Date(time).toISOString(), ...labels, currency, cost })),
  );
