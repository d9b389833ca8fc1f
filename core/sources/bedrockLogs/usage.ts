import type { ServiceTier } from '../../telemetry/events.ts';
import { serviceTierOf } from '../../telemetry/genai/serviceTier.ts';

/** What the body of an answer says of its call. */
export type BodyUsage = Partial<Record<keyof typeof NAMES | 'cacheWrite1hTokens', number>>;

/**
 * Names by the API that was called: Converse, Anthropic's Messages, OpenAI's Chat Completions, Llama, Titan, and the metrics that
 * Bedrock puts at the end of a stream. All durations are milliseconds.
 */
const NAMES = {
  inputTokens: [
    'inputTokens',
    'input_tokens',
    'inputTokenCount',
    'prompt_tokens',
    'prompt_token_count',
    'inputTextTokenCount',
  ],
  outputTokens: [
    'outputTokens',
    'output_tokens',
    'outputTokenCount',
    'completion_tokens',
    'generation_token_count',
    'totalOutputTextTokenCount',
  ],
  cacheReadTokens: ['cacheReadInputTokens', 'cache_read_input_tokens', 'cacheReadInputTokenCount'],
  cacheWriteTokens: ['cacheWriteInputTokens', 'cache_creation_input_tokens', 'cacheWriteInputTokenCount'],
  latencyMs: ['latencyMs', 'invocationLatency'],
  timeToFirstTokenMs: ['firstByteLatency'],
} as const;

/** Where in a body, or in each chunk of a streamed one, they stand. */
const PLACES: readonly (readonly string[])[] = [
  [],
  ['usage'],
  ['metrics'],
  ['message', 'usage'],
  ['metadata', 'usage'],
  ['metadata', 'metrics'],
  ['amazon-bedrock-invocationMetrics'],
];

/**
 * Tokens and durations that the body of an answer tells; {} of one that was not logged or tells none. Counts in a stream are running
 * totals, so the greatest is the last.
 *
 * @param body an object, or the chunks of a stream in order; its texts are not looked at
 */
export const bodyUsage = (body: unknown): BodyUsage => {
  const usage: BodyUsage = {};
  const chunks = Array.isArray(body) ? body : [body];
  for (const place of chunks.flatMap((chunk) => PLACES.map((path) => at(chunk, path)))) {
    if (place === undefined) continue;
    for (const [field, names] of Object.entries(NAMES) as [keyof typeof NAMES, readonly string[]][])
      for (const name of names) {
        const value = place[name];
        if (typeof value === 'number' && value >= (usage[field] ?? 0)) usage[field] = value;
      }
    const forAnHour = writtenForAnHour(place);
    if (forAnHour !== undefined) usage.cacheWrite1hTokens = Math.max(forAnHour, usage.cacheWrite1hTokens ?? 0);
  }
  return usage;
};

/** What the body of an answer says that its call is paid as: Converse's `serviceTier`, Messages' `usage.service_tier`. */
export const bodyServiceTier = (body: unknown): ServiceTier | undefined => {
  for (const chunk of Array.isArray(body) ? body : [body]) {
    const word = at(chunk, ['serviceTier'])?.type ?? at(chunk, ['usage'])?.service_tier;
    if (word !== undefined) return serviceTierOf(word);
  }
  return undefined;
};

/** Of the tokens written to the cache, those for an hour: Messages' `cache_creation`, Converse's `cacheDetails`. */
const writtenForAnHour = ({ cache_creation: byName, cacheDetails }: Record<string, unknown>): number | undefined => {
  const details = Array.isArray(cacheDetails) ? cacheDetails.filter(isObject) : [];
  const tokens = isObject(byName)
    ? byName.ephemeral_1h_input_tokens
    : details.find(({ ttl }) => ttl === '1h')?.inputTokens;
  return typeof tokens === 'number' ? tokens : undefined;
};

const at = (chunk: unknown, path: readonly string[]): Record<string, unknown> | undefined => {
  let value = chunk;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(value) ? value : undefined;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
