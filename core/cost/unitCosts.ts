import { type CostEntry, TOKEN_ITEMS, type TokenItem } from './entry.ts';

/** Dollars of entries by what they paid for, added up; entries without a price are counted beside them. */
export interface CostSums {
  inference: number;
  training: number;
  storage: number;
  network: number;
  other: number;
  tokens: Record<TokenItem, number>;
  /** How many entries of an operation have no price. */
  unpriced: Record<'inference' | 'training' | 'storage' | 'network' | 'other', number>;
}

const OPERATIONS = ['inference', 'training', 'storage', 'network', 'other'] as const;
type Operation = (typeof OPERATIONS)[number];

const zeros = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

/** An entry without an operation is `other`. The sum of the five operations is the sum of all priced entries. */
export const costSums = (entries: readonly CostEntry[]): CostSums => {
  const [dollars, tokens, unpriced] = [zeros(OPERATIONS), zeros(TOKEN_ITEMS), zeros(OPERATIONS)];
  for (const { labels, cost } of entries) {
    const operation = OPERATIONS.find((name) => name === labels.operation) ?? 'other';
    if (cost === null) {
      unpriced[operation]++;
      continue;
    }
    dollars[operation] += cost;
    const item = TOKEN_ITEMS.find((name) => name === labels.item);
    if (item) tokens[item] += cost;
  }
  return { ...dollars, tokens, unpriced };
};

/** What was done for the money, over the same time and scope. Undefined = not known. */
export interface Usage {
  requests?: number | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** Of all instances together. */
  trainingHours?: number | undefined;
  failedTrainingHours?: number | undefined;
  restartedTrainingHours?: number | undefined;
  waitingTrainingHours?: number | undefined;
  epochs?: number | undefined;
  storageGbMonths?: number | undefined;
  transferGb?: number | undefined;
  /** Median latency of a request, milliseconds. */
  latencyMs?: number | undefined;
}

export type UnitCost =
  | {
      value: number;
      unit: string /** Some of what was paid has no known price: it is at least this. */;
      isAtLeast: boolean;
    }
  | { value: null; unit: string; reason: string };

interface Definition {
  unit: string;
  operation: Operation;
  /** Dollars; undefined = not known, with the reason. */
  dollars: (sums: CostSums) => number | undefined;
  per: (usage: Usage) => number | undefined;
  /** What is missing when there is nothing to divide by, or no dollars. */
  missing: { per: string; dollars?: string };
  times?: number;
}

const added = (...values: (number | undefined)[]): number | undefined =>
  values.some((value) => value === undefined) ? undefined : values.reduce<number>((sum, value) => sum + value!, 0);

const usefulHours = (usage: Usage): number | undefined => {
  const { trainingHours, failedTrainingHours, restartedTrainingHours, waitingTrainingHours } = usage;
  const wasted = added(failedTrainingHours, restartedTrainingHours, waitingTrainingHours);
  return trainingHours === undefined || wasted === undefined ? undefined : Math.max(0, trainingHours - wasted);
};
/** Own capacity is paid by the hour: there is no telling what of it was for input. */
const byToken = 'it is not priced by the token, so input and output cannot be told apart; see the blended one';
const tokensOf =
  (...items: TokenItem[]) =>
  ({ tokens }: CostSums) =>
    items.some((item) => tokens[item] !== 0) ? items.reduce((sum, item) => sum + tokens[item], 0) : undefined;

/** Every unit cost: dollars / quantity × times. Rows 000.144–148 and 003.121–123 of the requirements; the definitions are ours. */
export const UNIT_COSTS = {
  inference: {
    unit: '$/request',
    operation: 'inference',
    dollars: ({ inference }) => inference,
    per: ({ requests }) => requests,
    missing: { per: 'requests' },
  },
  tokens: {
    unit: '$/1,000 tokens',
    operation: 'inference',
    dollars: ({ inference }) => inference,
    per: ({ inputTokens, outputTokens }) => added(inputTokens, outputTokens),
    missing: { per: 'tokens' },
    times: 1000,
  },
  inputTokens: {
    unit: '$/1,000 tokens',
    operation: 'inference',
    dollars: tokensOf('inputTokens', 'cacheReadTokens', 'cacheWrite5mTokens', 'cacheWrite1hTokens'),
    per: ({ inputTokens }) => inputTokens,
    missing: { per: 'input tokens', dollars: byToken },
    times: 1000,
  },
  outputTokens: {
    unit: '$/1,000 tokens',
    operation: 'inference',
    dollars: tokensOf('outputTokens'),
    per: ({ outputTokens }) => outputTokens,
    missing: { per: 'output tokens', dollars: byToken },
    times: 1000,
  },
  trainingHour: {
    unit: '$/h',
    operation: 'training',
    dollars: ({ training }) => training,
    per: ({ trainingHours }) => trainingHours,
    missing: { per: 'training hours' },
  },
  usefulTrainingHour: {
    unit: '$/h',
    operation: 'training',
    dollars: ({ training }) => training,
    per: usefulHours,
    missing: { per: 'useful training hours (all but failed, restarted and waiting)' },
  },
  epoch: {
    unit: '$/epoch',
    operation: 'training',
    dollars: ({ training }) => training,
    per: ({ epochs }) => epochs,
    missing: { per: 'epochs' },
  },
  storage: {
    unit: '$/GB-month',
    operation: 'storage',
    dollars: ({ storage }) => storage,
    per: ({ storageGbMonths }) => storageGbMonths,
    missing: { per: 'GB-months' },
  },
  network: {
    unit: '$/GB',
    operation: 'network',
    dollars: ({ network }) => network,
    per: ({ transferGb }) => transferGb,
    missing: { per: 'GB transferred' },
  },
  /** Cost-performance: seconds of waiting times dollars, of a thousand requests. Half as slow or half as dear is half of it. */
  latencyCost: {
    unit: 's·$/1,000 requests',
    operation: 'inference',
    dollars: ({ inference }) => inference,
    per: ({ requests, latencyMs }) =>
      requests === undefined || latencyMs === undefined || latencyMs <= 0 ? undefined : requests / (latencyMs / 1000),
    missing: { per: 'requests and latency' },
    times: 1000,
  },
} as const satisfies Record<string, Definition>;
export type UnitCostName = keyof typeof UNIT_COSTS;

export type UnitCosts = Record<UnitCostName, UnitCost> & {
  /** Training dollars that bought nothing, by the share of hours; null = the hours are not known. */
  wastedTraining: { failed: number; restarted: number; waiting: number } | null;
};

/**
 * What one of each cost. A denominator that is unknown or zero gives null with the reason, never 0 or infinity; where nothing in the
 * numerator has a price it is null, too.
 */
export const unitCosts = (sums: CostSums, usage: Usage): UnitCosts => {
  const costs = Object.entries(UNIT_COSTS).map(([name, definition]) => [name, unitCost(definition, sums, usage)]);
  return { ...Object.fromEntries(costs), wastedTraining: wastedOf(sums.training, usage) };
};

const unitCost = (definition: Definition, sums: CostSums, usage: Usage): UnitCost => {
  const { unit, operation, missing, times = 1 } = definition;
  const unpriced = sums.unpriced[operation];
  const none = (reason: string): UnitCost => ({ value: null, unit, reason });
  if (unpriced > 0 && sums[operation] === 0) return none(`nothing of it has a known price: ${unpriced} entries`);
  const per = definition.per(usage);
  if (per === undefined) return none(`${missing.per}: not known`);
  if (per <= 0) return none(`${missing.per}: none`);
  const dollars = definition.dollars(sums);
  if (dollars === undefined) return none(missing.dollars ?? 'no cost is known');
  return { value: (dollars / per) * times, unit, isAtLeast: unpriced > 0 };
};

const wastedOf = (training: number, usage: Usage): UnitCosts['wastedTraining'] => {
  const { trainingHours, failedTrainingHours, restartedTrainingHours, waitingTrainingHours } = usage;
  if (!trainingHours || usefulHours(usage) === undefined) return null;
  const dollarsOf = (hours: number | undefined) => (training * hours!) / trainingHours;
  return {
    failed: dollarsOf(failedTrainingHours),
    restarted: dollarsOf(restartedTrainingHours),
    waiting: dollarsOf(waitingTrainingHours),
  };
};
