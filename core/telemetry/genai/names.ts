import type { Dimension } from '../otlp/dimensions.ts';

/**
 * Attribute names of one call of a model, the preferred one first, in the OpenTelemetry GenAI semantic conventions
 * (current, then older), OpenLLMetry, OpenInference, and vLLM's and the Vercel AI SDK's own spans.
 */

/** Whole numbers of at least 0. */
export const TOKENS = {
  inputTokens: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.promptTokens',
  ],
  outputTokens: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.completionTokens',
  ],
  cacheReadTokens: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'llm.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  cacheWriteTokens: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  cacheWrite1hTokens: [
    'gen_ai.usage.cache_creation.ephemeral_1h_input_tokens',
    'gen_ai.usage.cache_creation_ephemeral_1h_input_tokens',
  ],
} as const;

/** What the call was paid as: what the answer says before what was asked for. */
export const SERVICE_TIER = [
  'modelmeter.serviceTier',
  'openai.response.service_tier',
  'gen_ai.openai.response.service_tier',
  'gen_ai.response.service_tier',
  'openai.request.service_tier',
  'gen_ai.openai.request.service_tier',
  'gen_ai.request.service_tier',
] as const;

/** On a span or resource: whether cached tokens are part of the input tokens, where its instrumentation differs from the conventions. */
export const TOKEN_SHAPE = 'modelmeter.tokenShape';

/** Numbers of at least 0, and what they are multiplied by for our unit. */
export const AMOUNTS = {
  timeToFirstTokenMs: {
    'gen_ai.response.time_to_first_chunk': 1000,
    'gen_ai.server.time_to_first_token': 1000,
    'gen_ai.latency.time_to_first_token': 1000,
    'gen_ai.server.ttft': 1000,
    'llm.latency.time_to_first_token': 1000,
    'llm.time_to_first_token': 1000,
    'ai.response.msToFirstChunk': 1,
  },
  queueMs: { 'gen_ai.latency.time_in_queue': 1000, 'llm.latency.time_in_queue': 1000 },
  costUsd: { 'gen_ai.usage.cost': 1, 'llm.cost.total': 1 },
} as const satisfies Record<string, Record<string, number>>;

/** A span event of such a name marks the first token; of several the earliest counts. */
export const FIRST_TOKEN_EVENT = /first.?(token|chunk)|^(llm|gen_ai)\.content\.completion\.chunk$/i;

/** The words that say what kind of work a span is, in order: the first attribute that is there decides. */
export const OPERATIONS = {
  'gen_ai.operation.name': new Set([
    'chat',
    'text_completion',
    'completion',
    'generate_content',
    'responses',
    'embeddings',
    'embedding',
  ]),
  'openinference.span.kind': new Set(['llm', 'embedding']),
  'llm.request.type': new Set(['chat', 'completion', 'embedding', 'embeddings']),
} as const satisfies Record<string, ReadonlySet<string>>;

/** A span with one of these is an orchestration around model calls (workflow, task, agent, tool), whatever else it says. */
export const ORCHESTRATION = ['traceloop.span.kind'] as const;

/** An event answers for the model that served, which may be a dated one; a metric's label is the model asked for. */
export const SERVED_MODEL = ['gen_ai.response.model', 'llm.response.model', 'ai.response.model'] as const;

/** What an event takes from span or resource by the names of dimensions.ts. */
export const ATTRIBUTION = [
  'modelVersion',
  'variant',
  'team',
  'project',
  'environment',
  'provider',
  'account',
  'region',
  'client',
] as const satisfies readonly Dimension[];
