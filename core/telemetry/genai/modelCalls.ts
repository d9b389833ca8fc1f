import type { SpanRecord } from '../batch.ts';
import { DIMENSIONS } from '../otlp/dimensions.ts';
import { OPERATIONS, ORCHESTRATION, TOKENS } from './names.ts';

/** A span that is one call of a model. */
export interface ModelCall {
  span: SpanRecord;
  operation: string | undefined;
}

const valueAt = (span: SpanRecord, names: readonly string[]): unknown =>
  names.map((name) => span.attributes[name]).find((value) => value !== undefined && value !== null);

/** The model that was asked for, else the one that answered; undefined when the span names none. */
export const modelOf = (span: SpanRecord): string | undefined => {
  const model = valueAt(span, DIMENSIONS.model);
  return typeof model === 'string' && model !== '' ? model : undefined;
};

/**
 * The call of a model that a span by itself looks like: by what it says its operation is; older instrumentation says
 * nothing and is known by a model with tokens. Agents, tools, chains and workflows never are.
 */
const asModelCall = (span: SpanRecord): ModelCall | undefined => {
  if (ORCHESTRATION.some((name) => span.attributes[name] !== undefined)) return undefined;
  let operation: string | undefined;
  for (const [name, calls] of Object.entries(OPERATIONS)) {
    const word = span.attributes[name];
    if (typeof word !== 'string') continue;
    if (!calls.has(word.toLowerCase())) return undefined;
    operation ??= word.toLowerCase();
  }
  if (operation !== undefined) return { span, operation };
  const hasTokens = valueAt(span, [...TOKENS.inputTokens, ...TOKENS.outputTokens]) !== undefined;
  return hasTokens && modelOf(span) !== undefined ? { span, operation: undefined } : undefined;
};

/**
 * The spans that are calls of a model and stand for themselves.
 *
 * - A SERVER span below a CLIENT span of the same model and operation is the same call, seen from the other side: the
 *   client's counts.
 * - A span with another counted call below it repeats what that one says (an agent's or a gateway's sum): only the leaf counts.
 *
 * Both are seen only among the spans of one request. When a parent comes in another request than its children, and says
 * itself that it is a chat, both count: nothing at the door can know. SDKs export the spans of one process together, so
 * this takes a parent that outlives the export of its children; name agents as such (`invoke_agent`) to be safe.
 */
export const modelCalls = (spans: readonly SpanRecord[]): ModelCall[] => {
  const byId = new Map(spans.map((span) => [keyOf(span), span]));
  const calls = new Map<SpanRecord, ModelCall>();
  for (const span of byId.values()) {
    const call = asModelCall(span);
    if (call !== undefined) calls.set(span, call);
  }
  if (calls.size < 2) return [...calls.values()];

  /** The nearest span above that looks like a call; the walk is bounded, since parents may be forged into a ring. */
  const callAbove = (span: SpanRecord): ModelCall | undefined => {
    const seen = new Set([span]);
    for (let above = parent(span); above !== undefined && !seen.has(above); above = parent(above)) {
      const call = calls.get(above);
      if (call !== undefined || seen.size >= MAX_DEPTH) return call;
      seen.add(above);
    }
    return undefined;
  };
  const parent = (span: SpanRecord) =>
    span.parentSpanId === undefined ? undefined : byId.get(`${span.traceId}-${span.parentSpanId}`);

  const above = new Map([...calls.values()].map((call) => [call, callAbove(call.span)]));
  const twins = new Set([...above].filter(([call, client]) => isTwin(call, client)).map(([call]) => call));
  const counted = [...calls.values()].filter((call) => !twins.has(call));
  const summed = new Set<ModelCall | undefined>();
  for (const call of counted) {
    const caller = above.get(call);
    // What is below a twin is below its client.
    summed.add(caller !== undefined && twins.has(caller) ? above.get(caller) : caller);
  }
  return counted.filter((call) => !summed.has(call));
};

/** How far up parents are followed. */
const MAX_DEPTH = 256;

const keyOf = (span: SpanRecord) => `${span.traceId}-${span.spanId}`;

const isTwin = (server: ModelCall, client: ModelCall | undefined): boolean =>
  client !== undefined &&
  server.span.kind === 'server' &&
  client.span.kind === 'client' &&
  agree(modelOf(server.span), modelOf(client.span)) &&
  agree(server.operation, client.operation);

const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
