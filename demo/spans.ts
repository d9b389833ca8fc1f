import { seedOf } from './chance.ts';
import { FLEET } from './deployments.ts';
import { inferences, type TimeRange } from './fleet.ts';
import type { Call, Fleet } from './inferences.ts';
import { attributes, nanos } from './otlp.ts';
import { resourceOf } from './resource.ts';

/** The deployment that is called by an agent: its calls have a parent span that repeats their tokens. */
const AGENT = { deployment: 'support-summaries', name: 'ticket-triage' };

const SPAN_KIND = { internal: 1, client: 3 };
const STATUS_ERROR = 2;

/**
 * The Bedrock calls of a range as an OTLP/JSON trace request, by the GenAI semantic conventions; undefined when there
 * were none. A span belongs to the range that its call started in.
 */
export const traceRequest = (fleet: Fleet, range: TimeRange): object | undefined => {
  const groups = new Map<string, Call[]>();
  for (const call of inferences(fleet, range, 'spans')) {
    const key = `${call.deployment}\n${call.team}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  if (groups.size === 0) return undefined;
  return {
    resourceSpans: [...groups.values()].map((calls) => ({
      resource: { attributes: resourceOf(FLEET.find(({ name }) => name === calls[0]!.deployment)!, calls[0]) },
      scopeSpans: [
        {
          scope: { name: 'opentelemetry.instrumentation.botocore.bedrock-runtime' },
          spans: calls.flatMap((call) => spansOf(fleet, call)),
        },
      ],
    })),
  };
};

const spansOf = (fleet: Fleet, call: Call): object[] => {
  const traceId = hex(fleet.seed, call, 4);
  const spanId = hex(fleet.seed + 1, call, 2);
  const endMs = call.timestamp + call.latencyMs;
  const leaf = {
    traceId,
    spanId,
    name: `chat ${call.model}`,
    kind: SPAN_KIND.client,
    startTimeUnixNano: nanos(call.timestamp),
    endTimeUnixNano: nanos(endMs),
    attributes: attributes({ ...leafAttributes(call), ...usage(call) }),
    status: call.status === 'ok' ? {} : { code: STATUS_ERROR, message: call.errorType },
  };
  if (call.deployment !== AGENT.deployment) return [leaf];
  const parentSpanId = hex(fleet.seed + 2, call, 2);
  const parent = {
    traceId,
    spanId: parentSpanId,
    name: `invoke_agent ${AGENT.name}`,
    kind: SPAN_KIND.internal,
    startTimeUnixNano: nanos(call.timestamp - 3),
    endTimeUnixNano: nanos(endMs + 12),
    attributes: attributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.agent.name': AGENT.name,
      ...usage(call),
    }),
    status: {},
  };
  return [parent, { ...leaf, parentSpanId }];
};

const leafAttributes = (call: Call) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'aws.bedrock',
  'gen_ai.request.model': call.model ?? '',
  'gen_ai.response.model': call.model ?? '',
  'gen_ai.response.id': call.id ?? '',
  'server.address': `bedrock-runtime.${call.region}.amazonaws.com`,
  'user.id': call.client ?? '',
  ...(call.timeToFirstTokenMs === undefined
    ? {}
    : { 'gen_ai.response.time_to_first_chunk': call.timeToFirstTokenMs / 1000 }),
  ...(call.errorType === undefined
    ? { 'gen_ai.response.finish_reasons': ['end_turn'] }
    : { 'error.type': call.errorType }),
});

const usage = (call: Call) => ({
  ...(call.inputTokens === undefined ? {} : { 'gen_ai.usage.input_tokens': call.inputTokens }),
  ...(call.outputTokens === undefined ? {} : { 'gen_ai.usage.output_tokens': call.outputTokens }),
  ...(call.cacheReadTokens === undefined ? {} : { 'gen_ai.usage.cache_read.input_tokens': call.cacheReadTokens }),
});

/** An id of `words` × 8 hexadecimal digits, the same each time the same call is sent. */
const hex = (salt: number, call: Call, words: number): string => {
  const place = [...(call.id ?? '')].map((character) => character.charCodeAt(0));
  return Array.from({ length: words }, (_, word) =>
    seedOf(salt, word, ...place)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
};
