/**
 * One line of a provider's bill, whatever file it came in (FOCUS, CUR 2.0, Cost Explorer), with the names of FOCUS 1.2 in our
 * spelling. Costs are in `currency`; credits are negative.
 */
export interface BillLine {
  /** Of the charge period, epoch milliseconds; `endMs` is not included. */
  startMs: number;
  endMs: number;
  /** First day of the month that it is billed in, YYYY-MM. */
  billingPeriod: string;
  provider: string;
  /** The account that used it. */
  account?: string;
  region?: string;
  /** As the bill names it, for example Amazon Elastic Compute Cloud. */
  service: string;
  serviceCategory?: string;
  category: 'usage' | 'purchase' | 'tax' | 'credit' | 'adjustment';
  /** The one thing that was used, an ARN or an id. */
  resource?: string;
  description?: string;
  /** What was used in detail: a usage type such as USW2-BoxUsage:g5.xlarge, or the SKU. */
  usageType?: string;
  pricing?: 'onDemand' | 'committed' | 'dynamic' | 'other';
  /** How much was used, in `unit`; absent where the bill does not say. */
  quantity?: number;
  unit?: string;
  currency: string;
  /** At list price, before any discount. */
  listCost?: number;
  /** Invoiced. */
  billedCost: number;
  /** With what was paid up front spread over its use: what most questions mean by cost. */
  effectiveCost: number;
  tags: Readonly<Record<string, string>>;
}
