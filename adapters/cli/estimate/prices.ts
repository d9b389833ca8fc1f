/** What one unit of something costs. */
export interface Price {
  /** US dollars per unit, list price of us-east-1 at low volume; free tiers are not taken off. */
  usd: number;
  /** What one unit is, as the bill counts it. */
  unit: string;
  source: string;
  /** What AWS gives away of it every month, where it gives any for good. For the reader: nothing is taken off. */
  freeMonthly?: string;
}

/**
 * No number was read in anything older. AWS's own pages (`source`) fill most numbers in by script, so copies of them lack
 * these; such numbers were read in two or more publications that quote the page, from 2026-06 to 2026-09.
 */
export const PRICES_AS_OF = '2026-06-13';
export const PRICES_REGION = 'us-east-1';

const AWS = (service: string) => `https://aws.amazon.com/${service}/pricing/`;

/** List prices of what Modelmeter uses. Other regions differ, mostly upwards by up to a fifth. */
export const PRICES = {
  lambdaRequest: { usd: 0.2e-6, unit: 'invocation', source: AWS('lambda'), freeMonthly: '1,000,000' },
  lambdaGbSecond: {
    usd: 0.0000133334,
    unit: 'GB-second, arm64',
    source: AWS('lambda'),
    freeMonthly: '400,000',
  },
  httpApiRequest: { usd: 1e-6, unit: 'request of up to 512 KB', source: AWS('api-gateway') },
  s3Put: { usd: 5e-6, unit: 'PUT, COPY, POST or LIST', source: AWS('s3') },
  s3Get: { usd: 0.4e-6, unit: 'GET or HEAD', source: AWS('s3') },
  s3StorageGbMonth: { usd: 0.023, unit: 'GB-month, Standard', source: AWS('s3') },
  sqsRequest: { usd: 0.4e-6, unit: 'request of up to 64 KB', source: AWS('sqs'), freeMonthly: '1,000,000' },
  dynamoWrite: { usd: 0.625e-6, unit: 'write request unit', source: AWS('dynamodb') },
  dynamoRead: { usd: 0.125e-6, unit: 'read request unit', source: AWS('dynamodb') },
  dynamoStorageGbMonth: { usd: 0.25, unit: 'GB-month', source: AWS('dynamodb'), freeMonthly: '25' },
  dynamoRecoveryGbMonth: { usd: 0.2, unit: 'GB-month of point-in-time recovery', source: AWS('dynamodb') },
  logGb: { usd: 0.5, unit: 'GB ingested', source: AWS('cloudwatch'), freeMonthly: '5, with storage' },
  logStorageGbMonth: { usd: 0.03, unit: 'GB-month', source: AWS('cloudwatch') },
  metricMonth: { usd: 0.3, unit: 'own metric, a month', source: AWS('cloudwatch'), freeMonthly: '10' },
  alarmMetricMonth: {
    usd: 0.1,
    unit: 'metric looked at by an alarm, a month',
    source: AWS('cloudwatch'),
    freeMonthly: '10, none of Metrics Insights',
  },
  dashboardMonth: {
    usd: 3,
    unit: 'dashboard, a month',
    source: AWS('cloudwatch'),
    freeMonthly: '3 of up to 50 metrics',
  },
  metricRead: { usd: 10e-6, unit: 'metric asked for by GetMetricData', source: AWS('cloudwatch') },
  cloudWatchRequest: {
    usd: 10e-6,
    unit: 'other CloudWatch request, such as ListMetrics',
    source: AWS('cloudwatch'),
    freeMonthly: '1,000,000',
  },
  metricStreamUpdate: { usd: 3e-6, unit: 'update in a metric stream', source: AWS('cloudwatch') },
  firehoseGb: {
    usd: 0.029,
    unit: 'GB through Firehose, each record rounded up to 5 KB',
    source: AWS('firehose'),
  },
  kmsKeyMonth: { usd: 1, unit: 'version of a key, a month, at most three', source: AWS('kms') },
  kmsRequest: { usd: 3e-6, unit: 'request', source: AWS('kms'), freeMonthly: '20,000' },
  xrayTrace: { usd: 5e-6, unit: 'trace recorded', source: AWS('xray'), freeMonthly: '100,000' },
  schedulerInvocation: { usd: 1e-6, unit: 'invocation', source: AWS('eventbridge'), freeMonthly: '14,000,000' },
  athenaTb: { usd: 5, unit: 'TB scanned, at least 10 MB a query', source: AWS('athena') },
  transferOutGb: { usd: 0.09, unit: 'GB to the internet', source: AWS('ec2/on-demand') },
  secretMonth: { usd: 0.4, unit: 'secret, a month', source: AWS('secrets-manager') },
  smsMessage: { usd: 0.00645, unit: 'SMS to the United States; other countries differ', source: AWS('sns/sms') },
  costExplorerRequest: { usd: 0.01, unit: 'request', source: AWS('aws-cost-management') },
  timestreamWrite: { usd: 0.5e-6, unit: 'write of up to 1 KB', source: AWS('timestream') },
  timestreamMemoryGbHour: { usd: 0.036, unit: 'GB-hour in the memory store', source: AWS('timestream') },
  timestreamMagneticGbMonth: { usd: 0.03, unit: 'GB-month in the magnetic store', source: AWS('timestream') },
} satisfies Record<string, Price>;

export type Unit = keyof typeof PRICES;
/** How much of each unit; a unit that is left out is none. */
export type Units = { [unit in Unit]?: number };

/** @returns US dollars, unrounded. Linear: pricing a sum equals summing prices. No units cost nothing. */
export const priceOf = (units: Units): number =>
  Object.entries(units).reduce((sum, [unit, amount]) => sum + amount * PRICES[unit as Unit].usd, 0);

/** Unit by unit; neither argument is changed. */
export const addUnits = (a: Units, b: Units): Units => {
  const sum: Units = { ...a };
  for (const [unit, amount] of Object.entries(b) as [Unit, number][]) sum[unit] = (sum[unit] ?? 0) + amount;
  return sum;
};

/** @param times at least 0 */
export const scaleUnits = (units: Units, times: number): Units =>
  Object.fromEntries(Object.entries(units).map(([unit, amount]) => [unit, amount * times]));
