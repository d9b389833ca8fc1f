/** What CloudWatch charges for being read, US dollars, the same in nearly all Regions. */
export const READ_PRICES = {
  /** For each metric that GetMetricData was asked for; up to five statistics of it in one request are one. */
  perMetricUsd: 0.01 / 1000,
  /** For each ListMetrics. The first million requests a month are free; the estimate counts them all. */
  perListUsd: 0.01 / 1000,
  source: 'https://aws.amazon.com/cloudwatch/pricing/ (APIs)',
  asOf: '2026-11-27',
} as const;

/** Hours of an average month, as AWS's own estimates count. */
const HOURS_A_MONTH = 730;

/**
 * What reading metrics costs in a month.
 *
 * @param of.everyMin minutes between reads, over 0
 * @param of.metrics metrics asked for in each read; at most the configuration's `maxMetricsPerRead`, 0 in an idle account
 * @param of.lists ListMetrics requests in each read: one for each namespace, and one for each further 500 series of it
 * @returns US dollars, unrounded, without free tier
 */
export const monthlyReadUsd = (of: { everyMin: number; metrics: number; lists: number }): number => {
  const reads = (HOURS_A_MONTH * 60) / of.everyMin;
  return reads * (of.metrics * READ_PRICES.perMetricUsd + of.lists * READ_PRICES.perListUsd);
};
