import type { TokenItem } from '../cost/entry.ts';
import { unpriced } from '../telemetry/families.ts';
import { counts } from './define.ts';
import type { Metric } from './types.ts';

const TOKENS: Record<TokenItem, string> = {
  inputTokens: 'Prompt tokens that no cache served or kept, each counted once',
  outputTokens: 'Tokens of answers',
  cacheReadTokens: "Prompt tokens read from the provider's cache",
  cacheWrite5mTokens: "Prompt tokens written to the provider's cache for its usual time",
  cacheWrite1hTokens: "Prompt tokens written to the provider's cache for an hour",
};

/** What the ledger prices, by the hour: calls with their client and tier, tokens as they are billed. */
export const COST: readonly Metric[] = [
  ...counts('inference', [
    ...(Object.keys(TOKENS) as TokenItem[]).map((item) => ({
      name: `cost.${item}`,
      measure: unpriced(item),
      unit: '{token}',
      meaning: `${TOKENS[item]}, of calls whose cost the sender did not report.`,
      defaultStat: 'sum',
    })),
    {
      name: 'cost.calls',
      measure: 'calls',
      unit: '{request}',
      meaning: 'Calls of models by all that a cost is told by, client and tier among it.',
    },
    {
      name: 'cost.reported',
      measure: 'reportedCost',
      unit: 'USD',
      meaning: 'Cost as senders reported it, by client and tier too.',
      defaultStat: 'sum',
    },
    {
      name: 'cost.reportedCalls',
      measure: 'costKnown',
      unit: '{request}',
      meaning: 'Calls whose cost the sender reported; all others are priced.',
    },
    {
      name: 'cost.busyTime',
      measure: 'busyTime',
      unit: 'ms',
      meaning: 'Latency of calls added up: what a shared machine is split by.',
      defaultStat: 'sum',
    },
  ]),
];
