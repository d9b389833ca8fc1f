import type { InstanceTable } from '../instances.ts';

/** Type and US dollars an hour, by family: what AI systems run on. */
const US_EAST_1 = `
  c5.large 0.085 c5.xlarge 0.17 c5.2xlarge 0.34 c5.4xlarge 0.68 c5.9xlarge 1.53 c5.12xlarge 2.04 c5.18xlarge 3.06 c5.24xlarge 4.08
  c6i.large 0.085 c6i.xlarge 0.17 c6i.2xlarge 0.34 c6i.4xlarge 0.68 c6i.8xlarge 1.36 c6i.12xlarge 2.04 c6i.16xlarge 2.72 c6i.24xlarge 4.08 c6i.32xlarge 5.44
  c7i.large 0.08925 c7i.xlarge 0.1785 c7i.2xlarge 0.357 c7i.4xlarge 0.714 c7i.8xlarge 1.428 c7i.12xlarge 2.142 c7i.16xlarge 2.856 c7i.24xlarge 4.284 c7i.48xlarge 8.568
  c7g.large 0.0725 c7g.xlarge 0.145 c7g.2xlarge 0.29 c7g.4xlarge 0.58 c7g.8xlarge 1.16 c7g.12xlarge 1.74 c7g.16xlarge 2.32
  c8g.large 0.07976 c8g.xlarge 0.15952 c8g.2xlarge 0.31904 c8g.4xlarge 0.63808 c8g.8xlarge 1.27616 c8g.12xlarge 1.91424 c8g.16xlarge 2.55232 c8g.24xlarge 3.82848 c8g.48xlarge 7.65696
  m5.large 0.096 m5.xlarge 0.192 m5.2xlarge 0.384 m5.4xlarge 0.768 m5.8xlarge 1.536 m5.12xlarge 2.304 m5.16xlarge 3.072 m5.24xlarge 4.608
  m6i.large 0.096 m6i.xlarge 0.192 m6i.2xlarge 0.384 m6i.4xlarge 0.768 m6i.8xlarge 1.536 m6i.12xlarge 2.304 m6i.16xlarge 3.072 m6i.24xlarge 4.608 m6i.32xlarge 6.144
  m7i.large 0.1008 m7i.xlarge 0.2016 m7i.2xlarge 0.4032 m7i.4xlarge 0.8064 m7i.8xlarge 1.6128 m7i.12xlarge 2.4192 m7i.16xlarge 3.2256 m7i.24xlarge 4.8384 m7i.48xlarge 9.6768
  m7g.large 0.0816 m7g.xlarge 0.1632 m7g.2xlarge 0.3264 m7g.4xlarge 0.6528 m7g.8xlarge 1.3056 m7g.12xlarge 1.9584 m7g.16xlarge 2.6112
  m8g.large 0.08976 m8g.xlarge 0.17952 m8g.2xlarge 0.35904 m8g.4xlarge 0.71808 m8g.8xlarge 1.43616 m8g.12xlarge 2.15424 m8g.16xlarge 2.87232 m8g.24xlarge 4.30848 m8g.48xlarge 8.61696
  r5.large 0.126 r5.xlarge 0.252 r5.2xlarge 0.504 r5.4xlarge 1.008 r5.8xlarge 2.016 r5.12xlarge 3.024 r5.16xlarge 4.032 r5.24xlarge 6.048
  r6i.large 0.126 r6i.xlarge 0.252 r6i.2xlarge 0.504 r6i.4xlarge 1.008 r6i.8xlarge 2.016 r6i.12xlarge 3.024 r6i.16xlarge 4.032 r6i.24xlarge 6.048 r6i.32xlarge 8.064
  r7i.large 0.1323 r7i.xlarge 0.2646 r7i.2xlarge 0.5292 r7i.4xlarge 1.0584 r7i.8xlarge 2.1168 r7i.12xlarge 3.1752 r7i.16xlarge 4.2336 r7i.24xlarge 6.3504 r7i.48xlarge 12.7008
  t3.micro 0.0104 t3.small 0.0208 t3.medium 0.0416 t3.large 0.0832 t3.xlarge 0.1664 t3.2xlarge 0.3328
  t4g.micro 0.0084 t4g.small 0.0168 t4g.medium 0.0336 t4g.large 0.0672 t4g.xlarge 0.1344 t4g.2xlarge 0.2688
  g4ad.xlarge 0.37853 g4ad.2xlarge 0.54117 g4ad.4xlarge 0.867 g4ad.8xlarge 1.734 g4ad.16xlarge 3.468
  g4dn.xlarge 0.526 g4dn.2xlarge 0.752 g4dn.4xlarge 1.204 g4dn.8xlarge 2.176 g4dn.12xlarge 3.912 g4dn.16xlarge 4.352 g4dn.metal 7.824
  g5.xlarge 1.006 g5.2xlarge 1.212 g5.4xlarge 1.624 g5.8xlarge 2.448 g5.12xlarge 5.672 g5.16xlarge 4.096 g5.24xlarge 8.144 g5.48xlarge 16.288
  g5g.xlarge 0.42 g5g.2xlarge 0.556 g5g.4xlarge 0.828 g5g.8xlarge 1.372 g5g.16xlarge 2.744 g5g.metal 2.744
  g6.xlarge 0.8048 g6.2xlarge 0.9776 g6.4xlarge 1.3232 g6.8xlarge 2.0144 g6.12xlarge 4.6016 g6.16xlarge 3.3968 g6.24xlarge 6.6752 g6.48xlarge 13.3504
  g6e.xlarge 1.861 g6e.2xlarge 2.24208 g6e.4xlarge 3.00424 g6e.8xlarge 4.52856 g6e.12xlarge 10.49264 g6e.16xlarge 7.57719 g6e.24xlarge 15.06559 g6e.48xlarge 30.13118
  g6f.large 0.202 g6f.xlarge 0.2375 g6f.2xlarge 0.475 g6f.4xlarge 0.95 gr6.4xlarge 1.5392 gr6.8xlarge 2.4464 gr6f.4xlarge 1.066
  p3.2xlarge 3.06 p3.8xlarge 12.24 p3.16xlarge 24.48 p3dn.24xlarge 31.212
  p4d.24xlarge 21.957642 p4de.24xlarge 27.44705 p5.4xlarge 6.88 p5.48xlarge 55.04 p5en.48xlarge 63.296 p6-b200.48xlarge 113.9328
  inf1.xlarge 0.228 inf1.2xlarge 0.362 inf1.6xlarge 1.18 inf1.24xlarge 4.721
  inf2.xlarge 0.7582 inf2.8xlarge 1.96786 inf2.24xlarge 6.49063 inf2.48xlarge 12.98127
  trn1.2xlarge 1.34375 trn1.32xlarge 21.5 trn1n.32xlarge 24.78 dl1.24xlarge 13.10904
`;

const words = US_EAST_1.trim().split(/\s+/);

/** AWS's on-demand prices in us-east-1, Linux, from a file that its owner generates from AWS's price list. */
export const AWS_ON_DEMAND: InstanceTable = {
  provider: 'aws',
  source: 'github.com/aws/karpenter-provider-aws pkg/providers/pricing/zz_generated.pricing_aws.go @ 031e72b',
  asOf: '2026-01-19',
  regions: ['us-east-1'],
  rows: Array.from({ length: words.length / 2 }, (_, i) => [
    words[2 * i]!,
    null,
    null,
    null,
    null,
    [Number(words[2 * i + 1])],
  ]),
};
