/**
 * What the fleet's owners would write into modelmeter.yaml: two endpoints that report no GPUs, what is stored, an agreed price,
 * and budgets. The ranker's instances have no price on purpose: the ledger is to say so.
 */
export const FLEET_COSTS = {
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
