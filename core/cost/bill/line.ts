/**
 * One line of a provider's bill, whatever file it came in (FOCUS, CUR 2.0, Cost Explorer), with the names of FOCUS 1.2 in our
 * spelling. Costs are in `currency`; credits are negative.
 */
export interface BillLine {
  /** Of the charge period, epoch milliseconds; `endMs` is not included. Lines that are kept are of one day (UTC). */
  startMs: number;
  endMs: number;
  /** The month that it is billed in, YYYY-MM; the charge period may lie before it. */
  billingPeriod: string;
  /** As the bill names it: AWS, Microsoft, Google Cloud, Oracle. */
  provider: string;
  /** The account that is invoiced; it may pay for many others. */
  billingAccount?: string | undefined;
  /** The account that used it. */
  account?: string | undefined;
  region?: string | undefined;
  /** As the bill names it, for example Amazon Elastic Compute Cloud. */
  service?: string | undefined;
  serviceCategory?: string | undefined;
  category: ChargeCategory;
  /** The one thing that was used, an ARN or an id. */
  resource?: string | undefined;
  /** What was used in detail: a usage type such as USW2-BoxUsage:g5.xlarge, or the SKU. */
  usageType?: string | undefined;
  /** g5.xlarge, Standard_ND96isr_H100_v5: where the bill says it beside the usage type. */
  instanceType?: string | undefined;
  pricing?: Pricing | undefined;
  /** How much was used, in `unit`; absent where the bill does not say. */
  quantity?: number | undefined;
  unit?: string | undefined;
  /** Three capital letters. */
  currency: string;
  /** At list price, before any discount. */
  listCost?: number | undefined;
  /** Invoiced. */
  billedCost: number;
  /** With what was paid up front spread over its use: what most questions mean by cost. */
  effectiveCost: number;
  tags: Readonly<Record<string, string>>;
}

export const CHARGE_CATEGORIES = ['usage', 'purchase', 'tax', 'credit', 'adjustment'] as const;
export type ChargeCategory = (typeof CHARGE_CATEGORIES)[number];

export const PRICINGS = ['onDemand', 'committed', 'dynamic', 'other'] as const;
export type Pricing = (typeof PRICINGS)[number];

/** What is wrong with one row of a bill's file: that row is left out, those beside it are not. */
export interface BillProblem {
  /** As a spreadsheet counts, where the header is row 1; of a Parquet file, which has none, the first is 1. */
  row: number;
  /** As the file spells it; '' = the row as a whole. */
  column: string;
  message: string;
  /** What stood there, cut to a readable length. */
  value: string;
}

export const BILL_FORMATS = ['focus', 'cur'] as const;
export type BillFormat = (typeof BILL_FORMATS)[number];

/** Where a bill can come from: a file, or Cost Explorer, which knows it by service and account only. */
export const BILL_SOURCES = [...BILL_FORMATS, 'costExplorer'] as const;
export type BillSource = (typeof BILL_SOURCES)[number];
