import { Config } from '../core/config.ts';

/**
 * What the fleet's owners would write into modelmeter.yaml: two endpoints that report no GPUs, what is stored, an agreed price,
 * and budgets. The ranker's instances have no price on purpose: the ledger is to say so.
 */
const SAID = {
  costs: {
    resources: [
      { name: 'fraud-scorer', instanceType: 'ml.m5.xlarge', count: 2, deployments: ['fraud-scorer'] },
      { name: 'product-ranker', instanceType: 'ml.c6i.xlarge', count: 2, deployments: ['product-ranker'] },
    ].map((resource) => ({ ...resource, region: 'us-east-1' })),
    storage: [
      {
        name: 'weights of search-answers',
        storageClass: 's3.standard',
        gb: 420,
        region: 'us-east-1',
        deployment: 'search-answers',
      },
    ],
  },
  prices: { overrides: [{ instanceType: 'ml.m5.xlarge', region: 'us-east-1', usd: 0.21 }] },
  budgets: {
    platform: { usd: 18_000, owner: 'finops@example.com' },
    'growth-team': { usd: 1_600, scope: { team: 'growth' }, owner: 'gil@example.com' },
  },
};

/** The configuration with what the demo's fleet says of costs, where it says nothing of that itself. */
export const withDemoCosts = (config: Config): Config => {
  const { costs, prices, budgets } = Config.parse(SAID);
  const said = config.costs.resources.length + config.costs.storage.length + config.prices.overrides.length;
  return said + Object.keys(config.budgets).length > 0 ? config : { ...config, costs, prices, budgets };
};
