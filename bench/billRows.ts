import { closeSync, openSync, writeSync } from 'node:fs';
import { mulberry32 } from './chance.ts';

/** The columns of FOCUS 1.0, in its order. */
const HEADER =
  'AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ' +
  'ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart ' +
  'CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ' +
  'ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice ' +
  'PricingCategory PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ' +
  'ResourceType ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags';

const SERVICES = [
  ['Compute', 'Amazon Elastic Compute Cloud', 'Hours', 'per On Demand Linux g5.xlarge instance-hour'],
  ['Storage', 'Amazon Simple Storage Service', 'GB-Mo', 'per GB of the first 50 TB a month of storage used'],
  ['AI and Machine Learning', 'Amazon SageMaker', 'Hrs', 'per hour of hosting on ml.g5.xlarge'],
  ['AI and Machine Learning', 'Amazon Bedrock', '1K tokens', 'per thousand input tokens of a model'],
  ['Networking', 'Elastic Load Balancing', 'LCU-Hours', 'per used application load balancer capacity unit-hour'],
] as const;
const REGIONS = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-northeast-1'];
const HOURS = 30 * 24;
const START_MS = Date.UTC(2026, 8, 1);
/** Rows of one resource in the month; spread over its hours they give some 4 a day. */
const ROWS_OF_RESOURCE = 120;
const PIECE_CHARACTERS = 1_000_000;

/** Writes a bill of one month as CSV: rows of hours, in no order of time, each value quoted as AWS's exports do. */
export const writeFocusCsv = (path: string, { rows, seed }: { rows: number; seed: number }): void => {
  const random = mulberry32(seed);
  const resources = Math.max(1, Math.round(rows / ROWS_OF_RESOURCE));
  const file = openSync(path, 'w');
  let piece = `${HEADER.split(' ').map(quoted).join(',')}\n`;
  for (let i = 0; i < rows; i++) {
    piece += rowOf(Math.floor(random() * resources), random);
    if (piece.length < PIECE_CHARACTERS) continue;
    writeSync(file, piece);
    piece = '';
  }
  writeSync(file, piece);
  closeSync(file);
};

const quoted = (text: string): string => `"${text}"`;
const hour = (index: number): string =>
  quoted(new Date(START_MS + index * 3_600_000).toISOString().slice(0, 19).replace('T', ' '));

const rowOf = (resource: number, random: () => number): string => {
  const [category, service, unit, what] = SERVICES[resource % SERVICES.length]!;
  const region = REGIONS[resource % REGIONS.length]!;
  const account = quoted(String(100_000_000_000 + (resource % 40)));
  const at = Math.floor(random() * HOURS);
  const quantity = random() * 10;
  const price = 0.01 + (resource % 97) / 100;
  const cost = (quantity * price).toFixed(11);
  const sku = `SKU${String(resource % 500).padStart(12, '0')}`;
  const tags = `{""application"": ""app-${resource % 300}"", ""environment"": ""${resource % 3 ? 'prod' : 'dev'}"", ""team"": ""team-${resource % 25}""}`;
  return `${[
    'NULL',
    cost,
    '"999999999999"',
    '"Example"',
    '"USD"',
    hour(HOURS),
    hour(0),
    '"Usage"',
    'NULL',
    quoted(`$${price.toFixed(4)} ${what}`),
    '"Usage-Based"',
    hour(at + 1),
    hour(at),
    'NULL,NULL,NULL,NULL,NULL',
    quantity.toFixed(15),
    quoted(unit),
    cost,
    price.toFixed(11),
    cost,
    '"Amazon Web Services, Inc."',
    cost,
    quoted(String(price)),
    '"Standard"',
    quantity.toFixed(11),
    quoted(unit),
    '"AWS"',
    '"Amazon Web Services, Inc."',
    quoted(region),
    quoted(region),
    quoted(`arn:aws:service:${region}:${resource}:resource/${String(resource).padStart(20, '0')}`),
    'NULL,NULL',
    quoted(category),
    quoted(service),
    quoted(sku),
    quoted(`${sku}.JRTCKXETXF.6YS6EN2CT7`),
    account,
    quoted(`account ${resource % 40}`),
    quoted(tags),
  ].join(',')}\n`;
};
