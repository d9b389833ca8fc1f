import { createHash } from 'node:crypto';
import { memoryDocumentStore } from '../../../../adapters/memory/documentStore.ts';
import { zstd } from '../../../../adapters/zstd.ts';
import { csvReader } from '../../../../core/cost/bill/csv.ts';
import type { BillScratch } from '../../../../core/cost/bill/gather.ts';
import type { BillFormat, BillLine, BillProblem } from '../../../../core/cost/bill/line.ts';
import { MAPPERS } from '../../../../core/cost/bill/mapper.ts';
import { type BillFile, type BillImport, importBill } from '../../../../core/usecases/importBill.ts';

export type Row = Record<string, string | number | null>;

const cell = (value: string | number | null | undefined): string =>
  typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : (value ?? 'NULL').toString();

/** CSV as exports write it: texts quoted, numbers not, absent values as NULL. */
export const csvOf = (rows: readonly Row[]): string => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns.map(cell), ...rows.map((row) => columns.map((name) => cell(row[name])))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');
};

/** A row of FOCUS 1.0 as AWS writes it; every value can be another. */
export const focusRow = (more: Row = {}): Row => ({
  BilledCost: 1.5,
  BillingAccountId: '111122223333',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2026-03-01 00:00:00',
  ChargeCategory: 'Usage',
  ChargePeriodStart: '2026-03-05 10:00:00',
  ChargePeriodEnd: '2026-03-05 11:00:00',
  ConsumedQuantity: 2,
  ConsumedUnit: 'Hours',
  EffectiveCost: 1.25,
  ListCost: 2,
  PricingCategory: 'Standard',
  ProviderName: 'AWS',
  RegionId: 'eu-central-1',
  ResourceId: 'i-0abc',
  ServiceCategory: 'Compute',
  ServiceName: 'Amazon Elastic Compute Cloud',
  SkuId: 'SKU1',
  SubAccountId: '444455556666',
  Tags: '{"team": "search", "application": "answers"}',
  ...more,
});

/** A row of CUR 2.0; every value can be another. */
export const curRow = (more: Row = {}): Row => ({
  identity_line_item_id: 'line-1',
  identity_time_interval: '2026-03-05T10:00:00Z/2026-03-05T11:00:00Z',
  bill_payer_account_id: '111122223333',
  bill_billing_period_start_date: '2026-03-01T00:00:00.000Z',
  line_item_usage_start_date: '2026-03-05T10:00:00.000Z',
  line_item_usage_end_date: '2026-03-05T11:00:00.000Z',
  line_item_usage_account_id: '444455556666',
  line_item_line_item_type: 'Usage',
  line_item_product_code: 'AmazonEC2',
  product: '{"product_name": "Amazon Elastic Compute Cloud", "region": "eu-central-1", "instance_type": "g5.xlarge"}',
  line_item_usage_type: 'EUC1-BoxUsage:g5.xlarge',
  line_item_resource_id: 'i-0abc',
  line_item_usage_amount: 1,
  line_item_currency_code: 'USD',
  line_item_unblended_cost: 1.26,
  pricing_public_on_demand_cost: 1.26,
  pricing_term: 'OnDemand',
  pricing_unit: 'Hrs',
  split_line_item_parent_resource_id: '',
  split_line_item_split_cost: 0,
  split_line_item_unused_cost: 0,
  resource_tags: '{"user_team": "search"}',
  ...more,
});

const parsed = (text: string) => {
  const reader = csvReader();
  const [header, ...rows] = [...reader.push(text), ...reader.end()];
  return { columns: header!.values, rows };
};

/** Lines and problems of a CSV text. */
export const mapped = (text: string, format: BillFormat = 'focus') => {
  const { columns, rows } = parsed(text);
  const mapper = MAPPERS[format](columns);
  const lines: BillLine[] = [];
  const problems: BillProblem[] = [];
  for (const { row, values } of rows) problems.push(...mapper.map(row, values, (line) => lines.push(line)));
  return { lines, problems, mapper };
};

/** A CSV text as a file that an import reads. */
const fileOf = (text: string, name: string) => async (): Promise<BillFile> => {
  const { columns, rows } = parsed(text);
  return {
    name,
    columns,
    async *read() {
      yield { rows, done: 1 };
    },
  };
};

const memoryScratch = (): BillScratch => {
  const pieces = new Map<string, Uint8Array[]>();
  return {
    async append(name, bytes) {
      pieces.set(name, [...(pieces.get(name) ?? []), bytes]);
    },
    read: async (name) => pieces.get(name) ?? [],
  };
};

export const NOW_MS = Date.UTC(2026, 3, 2);

/** Imports over memory. */
export const billWorld = () => {
  const documents = memoryDocumentStore();
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const ports = { documents, digest, compression: zstd() };
  return {
    ports,
    documents,
    /** Of CSV texts, one file each. */
    import: (texts: string | readonly string[], more: Partial<BillImport> = {}) =>
      importBill({ ...ports, scratch: memoryScratch() })({
        format: 'focus',
        files: [texts].flat().map((text, i) => fileOf(text, `part-${i}.csv`)),
        mode: 'whole',
        nowMs: NOW_MS,
        ...more,
      }),
    /** The version of everything that is kept, to see whether something changed. */
    async kept() {
      const keys = await documents.list('');
      const found = await documents.get(keys);
      return Object.fromEntries(keys.map((key, i) => [key, found[i]!.version]));
    },
  };
};
