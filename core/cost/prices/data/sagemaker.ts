import type { InstanceTable } from '../instances.ts';

/**
 * SageMaker's instances for training and hosting, which cost the same, in us-east-1: those that a public repository noted from
 * AWS's price list in 2026-08. SageMaker has many more; they are unpriced until `modelmeter.yaml` or AWS's price list says.
 */
export const SAGEMAKER: InstanceTable = {
  provider: 'aws',
  source:
    'pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonSageMaker/current/us-east-1/index.json, as noted elsewhere',
  asOf: '2026-08',
  regions: ['us-east-1'],
  rows: [
    ['ml.g5.2xlarge', 'A10G', 1, null, null, [1.515]],
    ['ml.g5.12xlarge', 'A10G', 4, null, null, [7.09]],
    ['ml.g6.2xlarge', 'L4', 1, null, null, [1.222]],
    ['ml.g6.4xlarge', 'L4', 1, null, null, [1.654]],
    ['ml.g6.12xlarge', 'L4', 4, null, null, [5.752]],
    ['ml.g6e.2xlarge', 'L40S', 1, null, null, [2.8]],
    ['ml.g6e.12xlarge', 'L40S', 4, null, null, [13.12]],
  ],
};
