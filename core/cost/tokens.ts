import type { Inference } from '../telemetry/events.ts';
import { tokenShapeOf } from '../telemetry/genai/tokenShape.ts';
import { TOKEN_ITEMS, type TokenItem } from './entry.ts';

/** What is looked at of a call. */
export type TokenCounts = Pick<
  Inference,
  | 'tokenShape'
  | 'provider'
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'cacheWrite1hTokens'
>;

/** Tokens written to the cache, in all: at least those written for an hour. */
const written = ({ cacheWriteTokens = 0, cacheWrite1hTokens = 0 }: TokenCounts): number =>
  Math.max(cacheWriteTokens, cacheWrite1hTokens);

/** Tokens of the prompt that no cache served or kept; below 0 where the counts contradict each other. */
const uncached = (call: TokenCounts): number => {
  const { inputTokens = 0, cacheReadTokens = 0 } = call;
  const cached = cacheReadTokens + written(call);
  return cached > 0 && tokenShapeOf(call) === 'inclusive' ? inputTokens - cached : inputTokens;
};

/** Tokens of one call that are billed under an item, >= 0; undefined where the call did not report what it takes to know. */
export const BILLABLE: Readonly<Record<TokenItem, (call: TokenCounts) => number | undefined>> = {
  inputTokens: (call) => (call.inputTokens === undefined ? undefined : Math.max(0, uncached(call))),
  outputTokens: (call) => call.outputTokens,
  cacheReadTokens: (call) => call.cacheReadTokens,
  cacheWrite5mTokens: (call) =>
    call.cacheWriteTokens === undefined ? undefined : written(call) - (call.cacheWrite1hTokens ?? 0),
  cacheWrite1hTokens: (call) => call.cacheWrite1hTokens,
};

/**
 * Tokens of one call as they are billed: each token once, under one item, whatever shape its API counts in.
 *
 * @returns whole numbers, 0 for what was not reported; `isContradictory` where more tokens are said to be cached than the
 *   prompt has, though it is said to include them: then no uncached input is counted
 */
export const billableTokens = (call: TokenCounts): { tokens: Record<TokenItem, number>; isContradictory: boolean } => ({
  tokens: Object.fromEntries(TOKEN_ITEMS.map((item) => [item, BILLABLE[item](call) ?? 0])) as Record<TokenItem, number>,
  isContradictory: uncached(call) < 0,
});
