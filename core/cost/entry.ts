/**
 * The ledger's words. A ledger entry is what something cost in one hour or one day, with all that is known of who and what
 * caused it. Money is a plain number of US dollars: sums of millions of entries stay right to far less than a cent.
 */

/** How a cost is known: from usage times price, within a minute; or from the provider's bill, days later. */
export const BASES = ['estimated', 'billed'] as const;
export type Basis = (typeof BASES)[number];

/** Which of a bill's amounts: what was invoiced; that with what was paid up front spread over its use; at list price. */
export const AMOUNTS = ['billed', 'effective', 'list'] as const;
export type Amount = (typeof AMOUNTS)[number];

export const OPERATIONS = ['inference', 'training', 'storage', 'network', 'other'] as const;
export type Operation = (typeof OPERATIONS)[number];

/**
 * What the money did: `work` was used; `idleHeld` is capacity that somebody holds (its memory) and lets idle; `idle` is
 * capacity that nobody holds; `overhead` is what comes with it, and what Modelmeter itself costs.
 */
export const LINES = ['work', 'idleHeld', 'idle', 'overhead'] as const;
export type Line = (typeof LINES)[number];

/** Whose and where: what a cost takes from a call, a job or a deployment. */
export const ATTRIBUTES = [
  'deployment',
  'model',
  'modelVersion',
  'team',
  'project',
  'environment',
  'provider',
  'account',
  'region',
] as const;

/** What a cost can be grouped and filtered by. */
export const COST_DIMENSIONS = [
  ...ATTRIBUTES,
  'client',
  'operation', // OPERATIONS
  'line', // LINES
  'service', // as the bill names it: Amazon Bedrock, Amazon Elastic Compute Cloud, Amazon SageMaker
  'resourceType', // instance type, storage class, or `tokens`
  'resource', // host, endpoint, volume: the one thing
  'item', // what is counted: see CostEntry
  'chargeCategory', // of a bill: usage, purchase, tax, credit, adjustment
  'pricing', // onDemand, spot, batch, reserved …
] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

/** A dimension that is absent is not known, or does not apply. */
export type CostLabels = Partial<Record<CostDimension, string>>;

export interface CostEntry {
  /** Start of the hour or of the day (UTC) that it is of, epoch milliseconds. */
  startMs: number;
  labels: CostLabels;
  /** How much of `labels.item` it was: tokens, instance hours, GB-months. */
  quantity: number;
  /** US dollars, or the bill's currency; of a bill what was invoiced, negative for a credit; null = no price is known. */
  cost: number | null;
  /** Of a bill at list price, before discounts. */
  listCost?: number;
  /** Of a bill, with what was paid up front spread over its use. @default cost */
  effectiveCost?: number;
  /** Of a bill in another currency than the ledger's. @default USD */
  currency?: string;
  /** What is missing, where there is no price. */
  missing?: string;
}

/** Items that entries count, with their units. Tokens are of their components, cached ones never in `inputTokens`. */
export const COST_ITEMS = {
  inputTokens: '{token}',
  outputTokens: '{token}',
  cacheReadTokens: '{token}',
  cacheWrite5mTokens: '{token}',
  cacheWrite1hTokens: '{token}',
  reportedCost: '{request}', // calls whose sender said what they cost
  instanceHours: 'h',
  storageGbMonths: 'GB.mo',
  transferGb: 'GB',
  requests: '{request}',
} as const;
export type CostItem = keyof typeof COST_ITEMS;

export const TOKEN_ITEMS = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
] as const satisfies readonly CostItem[];
export type TokenItem = (typeof TOKEN_ITEMS)[number];
