import { needRole } from '../access/roles.ts';
import { boundTo, isBound, isTheirs } from '../access/teams.ts';
import { Budget, BudgetName, type BudgetStatus, budgetPeriod, budgetStatus, scopeOf } from '../cost/budgets.ts';
import { forecastDays } from '../cost/forecast.ts';
import { type CostReader, type LedgerReader, readerFor } from '../cost/reading.ts';
import { isIn, scopeSeries } from '../cost/scope.ts';
import { AppError } from '../errors.ts';
import type { DocumentStore, Principal } from '../ports.ts';
import { schemaFaults, seen } from '../telemetry/door/fault.ts';
import { DAY, HOUR } from '../telemetry/families.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';

export interface BudgetPorts {
  documents: DocumentStore;
  /** Budgets of modelmeter.yaml, by name. */
  configured: () => Promise<Readonly<Record<string, Budget>>>;
}

export interface NamedBudget {
  name: string;
  budget: Budget;
  source: 'configuration' | 'api';
  /** Of one made by the API: what to send along to change it. */
  version?: string;
}

const PREFIX = 'budgets/';
const HISTORY_DAYS = 120;
/** The longest window of burn rates, of a quarter, is nine days. */
const BURN_DAYS = 10;
/** A quarter that has just begun. */
const FORECAST_DAYS = 93;

/** Budgets that the caller may see, by name. Of one name that is in both places the configuration's counts. */
export const listBudgets =
  (ports: BudgetPorts) =>
  async (principal: Principal): Promise<NamedBudget[]> =>
    (await allBudgets(ports)).filter(({ budget }) => isTheirs(principal, budget.scope.team));

/** One budget. Throws AppError notFound where there is none of that name, or not of a bound caller's teams. */
export const getBudget =
  (ports: BudgetPorts) =>
  async (principal: Principal, name: string): Promise<NamedBudget> => {
    const found = await find(ports, name);
    if (!found || !isTheirs(principal, found.budget.scope.team)) throw unknown(name);
    return found;
  };

/**
 * Makes a budget, or replaces the one of that name and `ifVersion`. An admin may, and whoever is bound to teams for budgets of those.
 *
 * @throws AppError invalidInput with the paths of wrong fields; forbidden; conflict where there is one already and no version, or another,
 *   was given
 */
export const putBudget =
  (ports: BudgetPorts) =>
  async (principal: Principal, name: string, input: unknown, ifVersion?: string): Promise<NamedBudget> => {
    const budget = readBudget(name, input);
    mayChange(principal, name, budget);
    const before = await find(ports, name);
    if (before) mayChange(principal, name, before.budget);
    mustBeOfApi(name, before);
    const bytes = toUtf8(JSON.stringify(budget));
    if (!(await ports.documents.put(PREFIX + name, bytes, ifVersion))) throw conflict(name, ifVersion);
    return getBudget(ports)(principal, name);
  };

/** Takes a budget out; with `ifVersion` only if it still is of that. Throws AppError notFound, forbidden or conflict. */
export const deleteBudget =
  (ports: BudgetPorts) =>
  async (principal: Principal, name: string, ifVersion?: string): Promise<void> => {
    const before = await getBudget(ports)(principal, name);
    mayChange(principal, name, before.budget);
    mustBeOfApi(name, before);
    if (ifVersion !== undefined && before.version !== ifVersion) throw conflict(name, ifVersion);
    await ports.documents.remove(PREFIX + name);
  };

export interface BudgetAnswer extends Omit<NamedBudget, 'budget'>, Budget {
  /** null: fixed days that are not now. */
  status: BudgetStatus | null;
}

/** How the budgets that the caller may see stand. */
export const budgetStatuses =
  (ports: BudgetPorts & { ledger: LedgerReader }) =>
  async (principal: Principal, nowMs: number): Promise<BudgetAnswer[]> =>
    statusesOf(await listBudgets(ports)(principal), readerFor(ports.ledger, principal), nowMs);

/** How budgets stand, whoever asks. The ledger is read once for each basis and period. */
export const statusesOf = async (
  budgets: readonly NamedBudget[],
  reader: CostReader,
  nowMs: number,
): Promise<BudgetAnswer[]> => {
  const todayMs = Math.floor(nowMs / DAY) * DAY;
  const once = new Map<string, Promise<unknown>>();
  const read = <T>(what: object, ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(what);
    const answer = (once.get(key) as Promise<T> | undefined) ?? ask();
    once.set(key, answer);
    return answer;
  };
  return Promise.all(
    budgets.map(async ({ budget, ...named }) => {
      const period = budgetPeriod(budget, nowMs);
      if (!period) return { ...named, ...budget, status: null };
      const { basis } = budget;
      const scope = scopeOf(budget);
      const isOfClient = scope.client !== undefined;
      const fromMs = Math.floor(Math.min(period.fromMs, nowMs - BURN_DAYS * DAY) / HOUR) * HOUR;
      const [entries, history] = await Promise.all([
        read({ basis, fromMs, isOfClient }, () => reader.mixed({ basis, fromMs, toMs: nowMs, scope })),
        read({ basis, isOfClient }, () => reader.history({ basis, days: HISTORY_DAYS, toMs: todayMs, scope })),
      ]);
      const inScope = entries.filter(({ labels }) => isIn(scope, labels));
      const range = { fromMs: history.fromMs, toMs: todayMs, stepMs: DAY };
      const forecast = forecastDays(scopeSeries(history.entries, range, scope), FORECAST_DAYS);
      return { ...named, ...budget, status: budgetStatus(budget, { entries: inScope, forecast, nowMs }) ?? null };
    }),
  );
};

/** All, by name. */
export const allBudgets = async ({ documents, configured: read }: BudgetPorts): Promise<NamedBudget[]> => {
  const configured = await read();
  const keys = await documents.list(PREFIX);
  const stored = (await documents.get(keys)).flatMap((document, i): NamedBudget[] => {
    const name = keys[i]!.slice(PREFIX.length);
    if (!document || Object.hasOwn(configured, name)) return [];
    return [{ name, budget: budgetOf(document.bytes), source: 'api', version: document.version }];
  });
  const told = Object.entries(configured).map(([name, budget]) => ({ name, budget, source: 'configuration' as const }));
  return [...told, ...stored].toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

const find = async (ports: BudgetPorts, name: string): Promise<NamedBudget | undefined> => {
  const { documents } = ports;
  const configured = await ports.configured();
  if (Object.hasOwn(configured, name)) return { name, budget: configured[name]!, source: 'configuration' };
  if (!BudgetName.safeParse(name).success) return undefined;
  const [document] = await documents.get([PREFIX + name]);
  return document && { name, budget: budgetOf(document.bytes), source: 'api', version: document.version };
};

const budgetOf = (bytes: Uint8Array): Budget => Budget.parse(JSON.parse(fromUtf8(bytes)));

const readBudget = (name: string, input: unknown): Budget => {
  const named = BudgetName.safeParse(name);
  const read = Budget.safeParse(input);
  const problems = [
    ...(named.success ? [] : [{ path: '', message: `a budget's name: ${named.error.issues[0]!.message}` }]),
    ...(read.success ? [] : schemaFaults(read.error, input, Object.keys(Budget.shape))),
  ];
  if (problems.length === 0) return read.data!;
  const said = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new AppError('invalidInput', said, { problems });
};

const mayChange = (principal: Principal, name: string, { scope }: Budget): void => {
  needRole(principal, 'writer', 'change budgets');
  if (!isBound(principal) && !principal.roles.includes('admin'))
    throw new AppError(
      'forbidden',
      `${principal.id} may not change budgets: it is neither an admin nor bound to a team`,
    );
  if (!isTheirs(principal, scope.team))
    throw new AppError('forbidden', `${principal.id} may not change the budget ${name}: ${boundTo(principal)}`);
};

const mustBeOfApi = (name: string, before: NamedBudget | undefined): void => {
  if (before?.source === 'configuration')
    throw new AppError('conflict', `the budget ${name} is in modelmeter.yaml: change it there`);
};

const unknown = (name: string) =>
  new AppError('notFound', `no budget is named ${seen(name)}; GET /v1/budgets lists those there are`);

const conflict = (name: string, version: string | undefined) =>
  new AppError(
    'conflict',
    version === undefined
      ? `there is a budget ${name} already: to replace it, send its version`
      : `the budget ${name} is no longer of version ${seen(version)}: read it again`,
  );
