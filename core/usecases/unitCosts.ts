import { needRole } from '../access/roles.ts';
import { isBound, isTheirs } from '../access/teams.ts';
import type { CostLabels } from '../cost/entry.ts';
import { type LedgerReader, readerFor } from '../cost/reading.ts';
import { type Trend, trendOf } from '../cost/trend.ts';
import { costSums, UNIT_COSTS, type UnitCostName, type UnitCosts, type Usage, unitCosts } from '../cost/unitCosts.ts';
import type { Principal } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';

/** What was done, from the rollups. */
export interface UsageReader {
  /** Usage in [fromMs, toMs) by deployment and version, and by the team that used it. */
  usage(query: { fromMs: number; toMs: number }): Promise<{ labels: CostLabels; usage: Usage }[]>;
}

export interface UnitCostRow {
  deployment: string;
  modelVersion?: string;
  /** Of the last period. */
  costs: UnitCosts;
  /** Over the periods. */
  trends: Partial<Record<UnitCostName, Trend>>;
}

const DAYS = 7;
const PERIODS = 4;

/**
 * What one request, token, training hour … cost, for each deployment and version that cost anything in the last seven whole days, with
 * the trend over four such weeks; by deployment, then version.
 *
 * @throws AppError forbidden without the role
 */
export const unitCostsByVersion =
  ({ ledger, usage }: { ledger: LedgerReader; usage: UsageReader }) =>
  async (principal: Principal, nowMs: number): Promise<UnitCostRow[]> => {
    needRole(principal, 'reader', 'ask for costs');
    const reader = readerFor(ledger, principal);
    const toMs = Math.floor(nowMs / DAY) * DAY;
    const weeks = await Promise.all(
      Array.from({ length: PERIODS }, async (_, i) => {
        const range = { fromMs: toMs - (PERIODS - i) * DAYS * DAY, toMs: toMs - (PERIODS - 1 - i) * DAYS * DAY };
        const [entries, used] = await Promise.all([
          reader.entries({ basis: 'estimated', grain: 'day', ...range }),
          usage.usage(range),
        ]);
        const theirs = used.filter(({ labels }) => !isBound(principal) || isTheirs(principal, labels.team));
        return { costs: grouped(entries), usage: grouped(theirs) };
      }),
    );
    const costsIn = (key: string, { costs, usage }: (typeof weeks)[number]) =>
      unitCosts(costSums(costs.get(key) ?? []), together((usage.get(key) ?? []).map((each) => each.usage)));
    return [...weeks.at(-1)!.costs.keys()].sort().map((key) => {
      const [deployment, modelVersion] = JSON.parse(key) as [string, string | null];
      const course = weeks.map((week) => (week.costs.has(key) ? costsIn(key, week) : null));
      const trends = (Object.keys(UNIT_COSTS) as UnitCostName[]).flatMap((name) => {
        const values = course.map((costs) => costs?.[name].value ?? null);
        return values.some((value) => value !== null) ? [[name, trendOf(values)]] : [];
      });
      const costs = course.at(-1)!;
      return { deployment, ...(modelVersion !== null && { modelVersion }), costs, trends: Object.fromEntries(trends) };
    });
  };

/** By deployment and version; what is of no deployment is left out. */
const grouped = <T extends { labels: CostLabels }>(rows: readonly T[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const { deployment, modelVersion } = row.labels;
    if (deployment === undefined) continue;
    const key = JSON.stringify([deployment, modelVersion ?? null]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
};

/** Sums; latency as the mean over requests. What no row knows stays unknown. */
const together = (rows: readonly Usage[]): Usage => {
  const sums: Record<string, number> = {};
  let waited = 0;
  let timed = 0;
  for (const { latencyMs, ...counts } of rows) {
    for (const [name, value] of Object.entries(counts)) if (value !== undefined) sums[name] = (sums[name] ?? 0) + value;
    if (latencyMs === undefined || !counts.requests) continue;
    waited += latencyMs * counts.requests;
    timed += counts.requests;
  }
  return { ...sums, ...(timed > 0 && { latencyMs: waited / timed }) };
};
