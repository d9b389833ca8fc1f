import { needRole } from '../access/roles.ts';
import { needAllTeams } from '../access/teams.ts';
import type { Basis, CostEntry } from '../cost/entry.ts';
import { PART_NAMES } from '../cost/reconcile/parts.ts';
import { type Reconciliation, reconcile } from '../cost/reconcile/reconcile.ts';
import { AppError, type Problem } from '../errors.ts';
import type { Principal } from '../ports.ts';
import type { Params } from '../query/params.ts';
import { timeParam } from '../query/time.ts';
import { DAY } from '../telemetry/families.ts';

export interface ReconcilePorts {
  ledger: {
    /** Entries that start in [fromMs, toMs), in any order; [] where there are none. */
    entries(query: { basis: Basis; fromMs: number; toMs: number }): Promise<CostEntry[]>;
  };
}

export interface ReconciliationAnswer extends Reconciliation {
  /** Epoch milliseconds: the range asked for, widened to whole days (UTC); `to` is not included. */
  from: number;
  to: number;
  currency: 'USD';
}

export const RECONCILIATION_PARAMS = ['from', 'to'] as const;

const LONGEST_DAYS = 400;
/** What lies around a range tells whether a day was late, and whether a discount was there before it. */
const BEFORE_MS = 14 * DAY;
const AFTER_MS = 3 * DAY;

/**
 * `GET /v1/reconciliation`: the estimate beside the bill, by day and service, and what the difference is made of.
 *
 * @throws AppError forbidden without the role, and for callers that are bound to teams, since a bill is of all of them;
 *   invalidInput for parameters that are wrong
 */
export const reconcileCosts =
  ({ ledger }: ReconcilePorts) =>
  async (principal: Principal, params: Params, nowMs: number): Promise<ReconciliationAnswer> => {
    needRole(principal, 'reader', 'reconcile costs');
    needAllTeams(principal, 'reconcile costs');
    const range = parseRange(params, nowMs);
    const around = { fromMs: range.fromMs - BEFORE_MS, toMs: range.toMs + AFTER_MS };
    const [estimated, billed] = await Promise.all([
      ledger.entries({ basis: 'estimated', ...around }),
      ledger.entries({ basis: 'billed', ...around }),
    ]);
    return {
      from: range.fromMs,
      to: range.toMs,
      currency: 'USD',
      ...reconcile({ estimated, billed, options: range }),
    };
  };

const parseRange = (params: Params, nowMs: number): { fromMs: number; toMs: number } => {
  const problems: Problem[] = [];
  for (const name of new Set(params.keys()))
    if (!(RECONCILIATION_PARAMS as readonly string[]).includes(name))
      problems.push({ path: name, message: `unknown parameter; known are ${RECONCILIATION_PARAMS.join(', ')}` });
  const time = (name: string, otherwise: string): number => {
    const [text = otherwise, ...more] = params.getAll(name);
    if (more.length > 0) problems.push({ path: name, message: `given ${more.length + 1} times; give it once` });
    const read = timeParam(text, nowMs);
    if (typeof read === 'number') return read;
    problems.push({ path: name, message: read });
    return Number.NaN; // it has its fault, and no comparison with it finds another
  };
  const fromMs = Math.floor(time('from', 'now-30d') / DAY) * DAY;
  const toMs = Math.ceil(time('to', 'now') / DAY) * DAY;
  if (fromMs >= toMs) problems.push({ path: 'from', message: 'must be before to' });
  if (toMs - fromMs > LONGEST_DAYS * DAY)
    problems.push({ path: 'from', message: `the range is longer than ${LONGEST_DAYS} days` });
  if (problems.length > 0) {
    const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new AppError('invalidInput', text, { problems });
  }
  return { fromMs, toMs };
};

export const RECONCILIATION_COLUMNS = [
  ...['day', 'service', 'estimated', 'billed', 'difference', 'matched'],
  ...PART_NAMES,
  'isClosed',
] as const;

/** A flat row for each day and service, with the columns above. */
export const reconciliationRows = ({ days }: Reconciliation): Record<string, string | number>[] =>
  days.map(({ parts, isClosed, ...day }) => ({
    ...day,
    difference: day.billed - day.estimated,
    ...parts,
    isClosed: String(isClosed),
  }));
