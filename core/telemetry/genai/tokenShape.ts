import type { Inference } from '../events.ts';

/**
 * How an API counts the tokens of a prompt that its cache served or kept: `exclusive` = apart from `inputTokens`, `inclusive`
 * = as part of them.
 */
export type TokenShape = 'exclusive' | 'inclusive';

/**
 * Providers whose own API counts them apart, by the part of a provider's name before its first dot (`aws` of aws.bedrock).
 * Converse: "inputTokens … cacheReadInputTokens" add up to the prompt; Anthropic's Messages likewise.
 */
const EXCLUSIVE: ReadonlySet<string> = new Set(['aws', 'bedrock', 'anthropic']);

/**
 * The shape of a provider's API. `inclusive` for all others, those not known among them: OpenAI's API and all that are
 * compatible with it (Azure, vLLM, gateways), Gemini, and OpenTelemetry's conventions count that way, so most do; and where it
 * is wrong, cost is told too low by the cached tokens' full price, never twice.
 */
export const shapeOfProvider = (provider: string | undefined): TokenShape =>
  EXCLUSIVE.has((provider ?? '').toLowerCase().split(/[._]/)[0]!) ? 'exclusive' : 'inclusive';

type Counts = Pick<Inference, 'tokenShape' | 'provider' | 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens'>;

/**
 * The shape of one call's counts: what was said of it; else that of its provider, unless more was cached than went in, which
 * can only be counts that are apart.
 */
export const tokenShapeOf = (event: Counts): TokenShape => {
  const { inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = event;
  if (event.tokenShape !== undefined) return event.tokenShape;
  return cacheReadTokens + cacheWriteTokens > inputTokens ? 'exclusive' : shapeOfProvider(event.provider);
};

/**
 * Notes the shape on an event that has cached tokens and a provider, and does not say it: what is kept should not depend on
 * what this table says later. An event without a provider gets it from the registry, after the door.
 */
export const recordTokenShape = (event: Inference | (Counts & { kind: 'inference' })): void => {
  const hasCached = event.cacheReadTokens !== undefined || event.cacheWriteTokens !== undefined;
  if (hasCached && event.tokenShape === undefined && event.provider !== undefined)
    event.tokenShape = tokenShapeOf(event);
};
