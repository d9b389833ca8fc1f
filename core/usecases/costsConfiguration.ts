import { Config } from '../config.ts';
import type { DocumentStore } from '../ports.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';

/** What modelmeter.yaml says of costs. */
export type CostsConfiguration = Pick<Config, 'costs' | 'prices' | 'budgets'>;

const KEY = 'configuration/costs';

/** Keeps what modelmeter.yaml says of costs and prices where functions read it. */
export const configureCosts =
  ({ documents }: { documents: DocumentStore }) =>
  async ({ costs, prices, budgets }: CostsConfiguration): Promise<void> => {
    const bytes = toUtf8(JSON.stringify({ costs, prices, budgets }));
    for (;;) {
      const [stored] = await documents.get([KEY]);
      if (await documents.put(KEY, bytes, stored?.version)) return;
    }
  };

/** What was kept last; the defaults where nothing was yet. */
export const readCostsConfiguration =
  ({ documents }: { documents: DocumentStore }) =>
  async (): Promise<CostsConfiguration> => {
    const [stored] = await documents.get([KEY]);
    return Config.parse(stored ? JSON.parse(fromUtf8(stored.bytes)) : {});
  };

/** The budgets that were kept last. */
export const configuredBudgets =
  (ports: { documents: DocumentStore }) => async (): Promise<CostsConfiguration['budgets']> =>
    (await readCostsConfiguration(ports)()).budgets;
