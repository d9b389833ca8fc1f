import { Config, withTags } from '../config.ts';
import type { TagsOfDeployments } from '../cost/inventory/resource.ts';
import type { DocumentStore } from '../ports.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';

/** What modelmeter.yaml says of costs. */
export type CostsConfiguration = Pick<Config, 'costs' | 'prices' | 'budgets'> & {
  /** Those that have tags, which find their resources and lines of bills. */
  deployments: Config['deployments'];
};

const KEY = 'configuration/costs';

/** Keeps what modelmeter.yaml says of costs and prices where functions read it. */
export const configureCosts =
  ({ documents }: { documents: DocumentStore }) =>
  async ({ costs, prices, budgets, deployments }: CostsConfiguration): Promise<void> => {
    const bytes = toUtf8(JSON.stringify({ costs, prices, budgets, deployments: withTags(deployments) }));
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

/** The tags of those deployments that have some. */
export const taggedIn = ({ deployments }: Pick<Config, 'deployments'>): TagsOfDeployments =>
  Object.fromEntries(Object.entries(withTags(deployments)).map(([name, { tags = {} }]) => [name, tags]));

/** The budgets that were kept last. */
export const configuredBudgets =
  (ports: { documents: DocumentStore }) => async (): Promise<CostsConfiguration['budgets']> =>
    (await readCostsConfiguration(ports)()).budgets;
