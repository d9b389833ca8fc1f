import type { Config } from '../config.ts';
import { ledger } from '../cost/ledger/ledger.ts';
import type { Compression, DocumentStore } from '../ports.ts';
import { costAnomalies, costForecast, costOverview } from './analyseCosts.ts';
import { budgetStatuses, deleteBudget, getBudget, putBudget } from './budgets.ts';
import { queryCosts } from './queryCosts.ts';
import { reconcileCosts } from './reconcileCosts.ts';

export interface CostingPorts {
  documents: DocumentStore;
  compression: Compression;
  /** Budgets of modelmeter.yaml, by name. */
  budgets: () => Promise<Config['budgets']>;
}

/** Every question about costs, over the ledger: what both doors answer. */
export const costing = ({ documents, compression, budgets }: CostingPorts) => {
  const book = ledger({ documents, compression });
  const ports = { ledger: book, documents, configured: budgets };
  return {
    costs: queryCosts(ports),
    costOverview: costOverview(ports),
    costForecast: costForecast(ports),
    costAnomalies: costAnomalies(ports),
    budgetStatuses: budgetStatuses(ports),
    getBudget: getBudget(ports),
    putBudget: putBudget(ports),
    deleteBudget: deleteBudget(ports),
    reconcileCosts: reconcileCosts({ ledger: { entries: (query) => book.entries({ ...query, grain: 'day' }) } }),
  };
};
