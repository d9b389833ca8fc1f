import type { UsagePrice } from '../usage.ts';

const PAGE = {
  ebs: { source: 'factualminds.com/blog/amazon-ebs-pricing-orphaned-volumes-snapshots', asOf: '2026-06-13' },
  ebsOthers: {
    source: 'cloudcostcutter.cloud/article/aws-ebs-cost-optimization-gp2-gp3-migration-snapshots-right-sizing-2026',
    asOf: '2026',
  },
  s3: { source: 'costnimbus.com/article/s3-storage-classes-cost-guide', asOf: '2026-03' },
  transfer: { source: 'usage.ai/blogs/aws/networking-cost/data-transfer-costs', asOf: '2026-06-02' },
  interRegion: { source: 'wring.co/blog/aws-data-transfer-pricing-guide', asOf: '2026-03-08' },
  lambda: { source: 'aws.amazon.com/lambda/pricing, read in publications that quote it', asOf: '2026-06-13' },
};

/**
 * AWS's list prices of us-east-1 for storage, traffic and functions, at low volume, free tiers not taken off. AWS's own pages
 * fill most numbers in by script, so these were read in publications that quote them; other regions are unpriced.
 */
export const AWS_USAGE: readonly UsagePrice[] = [
  { kind: 'storage', name: 'ebs.gp3', usd: 0.08, ...PAGE.ebs },
  { kind: 'storage', name: 'ebs.snapshot', usd: 0.05, ...PAGE.ebs },
  { kind: 'storage', name: 'ebs.gp2', usd: 0.1, ...PAGE.ebsOthers },
  { kind: 'storage', name: 'ebs.io2', usd: 0.125, ...PAGE.ebsOthers },
  { kind: 'storage', name: 'ebs.st1', usd: 0.045, ...PAGE.ebsOthers },
  { kind: 'storage', name: 'ebs.sc1', usd: 0.015, ...PAGE.ebsOthers },
  { kind: 'storage', name: 's3.standard', usd: 0.023, ...PAGE.s3 },
  { kind: 'storage', name: 's3.intelligentTiering', usd: 0.023, ...PAGE.s3 },
  { kind: 'storage', name: 's3.standardIa', usd: 0.0125, ...PAGE.s3 },
  { kind: 'storage', name: 's3.oneZoneIa', usd: 0.01, ...PAGE.s3 },
  { kind: 'storage', name: 's3.glacierInstant', usd: 0.004, ...PAGE.s3 },
  { kind: 'storage', name: 's3.glacierFlexible', usd: 0.0036, ...PAGE.s3 },
  { kind: 'storage', name: 's3.deepArchive', usd: 0.00099, ...PAGE.s3 },
  { kind: 'transfer', name: 'internet', usd: 0.09, ...PAGE.transfer },
  // Charged in each direction: a GB that crosses is counted where it leaves and where it arrives.
  { kind: 'transfer', name: 'interZone', usd: 0.01, ...PAGE.transfer },
  { kind: 'transfer', name: 'interRegion', usd: 0.02, ...PAGE.interRegion },
  { kind: 'function', name: 'requests', usd: 0.2e-6, ...PAGE.lambda },
  { kind: 'function', name: 'gbSeconds', usd: 0.0000133334, ...PAGE.lambda },
];
