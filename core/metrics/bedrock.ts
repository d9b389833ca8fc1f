import { counters, gauges, histograms } from './define.ts';
import type { Metric } from './types.ts';

/**
 * Amazon Bedrock as CloudWatch keeps it by the minute (AWS/Bedrock, AWS/BedrockMantle), by deployment (what was called: a model
 * or an inference profile), model, api (runtime, mantle), account and region. It needs no instrumentation and knows no team.
 */
export const BEDROCK: readonly Metric[] = [
  ...counters([
    {
      name: 'bedrock.requests',
      unit: '{request}',
      meaning: 'Requests that Bedrock took on; throttled ones are not among them.',
      defaultStat: 'sum',
    },
    {
      name: 'bedrock.errors',
      unit: '{request}',
      meaning: "Requests that failed, by side: client (refused as wrong) or server (Bedrock's own failure).",
      defaultStat: 'sum',
    },
    {
      name: 'bedrock.throttled',
      unit: '{request}',
      meaning: 'Requests refused by a quota, retries of the SDK included.',
      defaultStat: 'sum',
    },
    {
      name: 'bedrock.inputTokens',
      unit: '{token}',
      meaning: 'Tokens of prompts, without those read from or written to the cache: as they are billed.',
      defaultStat: 'sum',
    },
    { name: 'bedrock.outputTokens', unit: '{token}', meaning: 'Tokens of answers.', defaultStat: 'sum' },
    {
      name: 'bedrock.cacheReadTokens',
      unit: '{token}',
      meaning: 'Tokens of prompts read from the cache; they do not count against quotas.',
      defaultStat: 'sum',
    },
    {
      name: 'bedrock.cacheWriteTokens',
      unit: '{token}',
      meaning: 'Tokens of prompts written to the cache.',
      defaultStat: 'sum',
    },
    { name: 'bedrock.outputImages', unit: '{image}', meaning: 'Images made.', defaultStat: 'sum' },
    {
      name: 'bedrock.quotaTokens',
      unit: '{token}',
      meaning:
        'Tokens that count against the quota of tokens per minute as Bedrock estimates it: writes to the cache and output by its multiplier. What it reserves for maxTokens is not in it.',
      defaultStat: 'sum',
    },
  ]),
  ...histograms([
    {
      name: 'bedrock.latency',
      unit: 'ms',
      meaning:
        'From request to last token. Count and sum only, so averages and rates; for percentiles see bedrock.latencyP99.',
      defaultStat: 'avg',
    },
    {
      name: 'bedrock.timeToFirstToken',
      unit: 'ms',
      meaning: 'From request to first token, of calls that stream. Count and sum only.',
      defaultStat: 'avg',
    },
  ]),
  ...gauges([
    { name: 'bedrock.latencyMax', unit: 'ms', meaning: 'The slowest request of each minute.', defaultStat: 'max' },
    {
      name: 'bedrock.latencyP95',
      unit: 'ms',
      meaning:
        '95th percentile of each minute. Percentiles do not add up: over longer steps read its max, not its average.',
      defaultStat: 'max',
    },
    {
      name: 'bedrock.latencyP99',
      unit: 'ms',
      meaning:
        '99th percentile of each minute. Percentiles do not add up: over longer steps read its max, not its average.',
      defaultStat: 'max',
    },
    {
      name: 'bedrock.timeToFirstTokenMax',
      unit: 'ms',
      meaning: 'The longest time to a first token in each minute.',
      defaultStat: 'max',
    },
    {
      name: 'bedrock.timeToFirstTokenP95',
      unit: 'ms',
      meaning: '95th percentile of each minute of the time to the first token.',
      defaultStat: 'max',
    },
    {
      name: 'bedrock.timeToFirstTokenP99',
      unit: 'ms',
      meaning: '99th percentile of each minute of the time to the first token.',
      defaultStat: 'max',
    },
  ]),
];
