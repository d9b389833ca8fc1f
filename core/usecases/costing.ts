import type { Config } from '../config.ts';
import { ledger } from '../cost/ledger/ledger.ts';
import { readUnitUsage } from '../cost/readUnitUsage.ts';
import type { Compression, DocumentStore, Principal } from '../ports.ts';
import { askOf } from '../query/ask.ts';
import { costAnomalies, costForecast, costOverview } from './analyseCosts.ts';
import { budgetStatuses, deleteBudget, getBudget, putBudget } from './budgets.ts';
import type { runQuery } from './query.ts';
import { queryCosts } from './queryCosts.ts';
import { reconcileCosts } from './reconcileCosts.ts';
import { unitCostsByVersion } from './unitCosts.ts';

export interface CostingPorts {
  documents: DocumentStore;
  compression: Compression;
  query: ReturnType<typeof runQuery>;
  /** Budgets of modelmeter.yaml, by name. */
  budgets: () => Promise<Config['budgets']>;
}

/** Every question about costs, over the ledger: what both doors answer. */
export const costing = ({ documents, compression, query, budgets }: CostingPorts) => {
  const book = ledger({ documents, compression });
  const ports = { ledger: book, documents, configured: budgets };
  return {
    costs: queryCosts(ports),
    costOverview: costOverview(ports),
    costForecast: costForecast(ports),
    costAnomalies: costAnomalies(ports),
    unitCosts: (principal: Principal, nowMs: number) =>
      unitCostsByVersion({ ledger: book, usage: { usage: readUnitUsage(askOf(query, 'unit-costs', nowMs)) } })(
        principal,
        nowMs,
      ),
    budgetStatuses: budgetStatuses(ports),
    getBudget: getBudget(ports),
    putBudget: putBudget(ports),
    deleteBudget: deleteBudget(ports),
    reconcileCosts: reconcileCosts({ ledger: { entries: (query) => book.entries({ ...query, grain: 'day' }) } }),
  };
};
