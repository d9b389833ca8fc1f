import type { CostItem, Operation } from '../entry.ts';
import type { BillLine } from './line.ts';

/**
 * What lines of bills mean in the ledger's words. Bills name thousands of usage types; these are the forms that their names
 * have in AWS's, Microsoft's, Google's and Oracle's. Source: the providers' price lists and FOCUS's service categories, as of 2026-11.
 */

/** The first that fits, by usage type, then by service, then by FOCUS's service category. */
const OPERATIONS: readonly (readonly [
  keyof Pick<BillLine, 'usageType' | 'service' | 'serviceCategory'>,
  RegExp,
  Operation,
])[] = [
  [
    'usageType',
    /DataTransfer|-Bytes$|-In-Bytes|-Out-Bytes|NatGateway|LCUUsage|LoadBalancerUsage|VpcEndpoint/i,
    'network',
  ],
  ['usageType', /TimedStorage|EBS:|VolumeUsage|SnapshotUsage|VolumeP?-?IOPS|Storage-?ByteHrs/i, 'storage'],
  ['usageType', /\bTrain(ing)?\b|:?Train:|SpotTraining|-ModelCustomization|ProcessingJob|-Tune:/i, 'training'],
  [
    'usageType',
    /Host:|Hosting|-tokens?\b|input-token|output-token|Invocation|ProvisionedThroughput|ServerlessInf|Transform:/i,
    'inference',
  ],
  ['service', /Bedrock|OpenAI|Cognitive|Generative AI|Vertex AI Prediction/i, 'inference'],
  ['service', /Storage|\bS3\b|Elastic File System|FSx|Files\b|Disks?\b/i, 'storage'],
  [
    'service',
    /Load Balanc|CloudFront|Virtual Private Cloud|Network|Bandwidth|Direct Connect|Route 53|DNS|VPN|CDN/i,
    'network',
  ],
  ['serviceCategory', /^Storage$/i, 'storage'],
  ['serviceCategory', /^Networking$/i, 'network'],
];

/** Also of a machine: whether it served or trained the bill does not say. */
export const operationOf = (line: BillLine): Operation => {
  for (const [field, form, operation] of OPERATIONS) if (form.test(line[field] ?? '')) return operation;
  return 'other';
};

/** `USE1-BoxUsage:g5.xlarge`, `SpotUsage:p4d.24xlarge`, `USW2-Host:ml.g5.xlarge`, `EUC1-Train:ml.p3.2xlarge`. */
const INSTANCE = /:((?:ml\.)?[a-z][a-z0-9-]*\.(?:\d*x?large|medium|small|micro|nano|metal(?:-\d+xl)?|\d+xlarge))/;

export const resourceTypeOf = ({ instanceType, usageType = '' }: BillLine): string | undefined =>
  instanceType ?? INSTANCE.exec(usageType)?.[1];

/** What a unit counts, and how many of the ledger's units one of it is. */
const ITEMS: readonly (readonly [unit: RegExp, usage: RegExp, item: CostItem, factor: number])[] = [
  [/^(1K tokens|1000 tokens)$/i, /output/i, 'outputTokens', 1e3],
  [/^(1K tokens|1000 tokens)$/i, /cache-?read/i, 'cacheReadTokens', 1e3],
  [/^(1K tokens|1000 tokens)$/i, /cache-?write/i, 'cacheWrite5mTokens', 1e3],
  [/^(1K tokens|1000 tokens)$/i, /input/i, 'inputTokens', 1e3],
  [/^(1M tokens|million tokens)$/i, /output/i, 'outputTokens', 1e6],
  [/^(1M tokens|million tokens)$/i, /input/i, 'inputTokens', 1e6],
  [/^(GB-?Mo(nth)?s?|GB[ /]Months?|GiBy\.mo|gibibyte month)$/i, /./, 'storageGbMonths', 1],
  [/^(GB|Gigabytes?|GiB|gibibyte)$/i, /transfer|bytes|bandwidth|egress|ingress/i, 'transferGb', 1],
  [/^(requests?|count)$/i, /request|invocation|tier\d/i, 'requests', 1],
];
const HOURS = /^(hrs?|hours?)$/i;

/** undefined = what the line counts has no name in the ledger. */
export const itemOf = (line: BillLine): { item: CostItem; factor: number } | undefined => {
  const { unit = '', usageType = '', service = '' } = line;
  if (HOURS.test(unit)) return resourceTypeOf(line) === undefined ? undefined : { item: 'instanceHours', factor: 1 };
  const what = `${usageType} ${service}`;
  const found = ITEMS.find(([form, usage]) => form.test(unit) && usage.test(what));
  return found && { item: found[2], factor: found[3] };
};
