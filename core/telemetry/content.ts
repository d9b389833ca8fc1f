/**
 * Which attributes hold what people wrote and models answered: dropped at the door unless `keepContent` says otherwise.
 *
 * Sources: OpenTelemetry GenAI semantic conventions (current and 1.36), OpenLLMetry (traceloop), OpenInference, and the
 * Vercel AI SDK, Langfuse, MLflow and Pydantic AI, whose spans come through the same door.
 */

/** Names that mean content wherever they stand; each also covers `<name>.…` and `<name>[…`. */
const CONVENTIONS = [
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.request.messages',
  'gen_ai.response.text',
  'gen_ai.response.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.tool.definitions',
  'gen_ai.tool.input',
  'gen_ai.tool.output',
  'gen_ai.event.content',
  'gen_ai.content',
  'gen_ai.retrieval.query',
  'gen_ai.retrieval.documents',
  'gen_ai.memory.query',
  'gen_ai.memory.records',
  'gen_ai.evaluation.explanation',
  'llm.prompts',
  'llm.completions',
  'llm.input_messages',
  'llm.output_messages',
  'llm.prompt_template',
  'llm.invocation_parameters',
  'llm.request.functions',
  'llm.function_call',
  'llm.tools',
  'llm.content',
  'input.value',
  'output.value',
  'message.content',
  'message.contents',
  'message.function_call_arguments_json',
  'message.tool_calls',
  'message_content.text',
  'tool.parameters',
  'tool.json_schema',
  'tool_call.function.arguments',
  'document.content',
  'retrieval.documents',
  'reranker.query',
  'reranker.input_documents',
  'reranker.output_documents',
  'embedding.text',
  'embedding.vector',
  'embedding.embeddings',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'traceloop.prompt.template',
  'traceloop.prompt.template_variables',
  'ai.prompt',
  'ai.response.text',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.toolcalls',
  'ai.toolcall.args',
  'ai.toolcall.result',
  'ai.value',
  'ai.values',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'mlflow.spaninputs',
  'mlflow.spanoutputs',
  'pydantic_ai.all_messages',
  'all_messages_events',
];

/** Names below a content prefix that are about the content and do not hold it. */
const NOT_CONTENT = new Set(['gen_ai.prompt.name', 'gen_ai.prompt.version']);

/** Plain words that mean content when they hold text; a number under them is a measure and stays. */
const WORDS = new Set(
  (
    'prompt prompts completion completions messages content contents input inputs output outputs arguments ' +
    'tool_calls toolcalls instructions system_prompt systemprompt user_prompt userprompt system_instructions ' +
    'input_messages output_messages inputmessages outputmessages response_text responsetext tool_arguments ' +
    'tool_response final_result event_body'
  ).split(' '),
);

/** One test for all conventions: a match at the start that ends there or at a separator. */
const CONVENTION = new RegExp(`^(?:${CONVENTIONS.map((name) => name.replaceAll('.', '\\.')).join('|')})(?:$|[.[])`);

/** Does a convention give this attribute name to content? Letter case does not matter. */
export const isConventionContentKey = (key: string): boolean => {
  const name = key.toLowerCase();
  return CONVENTION.test(name) && !NOT_CONTENT.has(name);
};

/** Is this the name of an attribute that may hold content: by a convention, or one of the plain words for it? */
export const isContentKey = (key: string): boolean => WORDS.has(key.toLowerCase()) || isConventionContentKey(key);

const isNumeric = (value: unknown) => typeof value === 'number' || typeof value === 'boolean' || value === null;

const isContent = (key: string, value: unknown): boolean =>
  isConventionContentKey(key) || (WORDS.has(key.toLowerCase()) && !isNumeric(value));

/** Deeper than this nothing is looked at, so nothing is kept. */
const MAX_DEPTH = 32;

/** A value of an attribute without the content in it, however deep. Returns a new value. */
export const withoutContent = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => withoutContent(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !isContent(key, item))
      .map(([key, item]) => [key, withoutContent(item, depth + 1)]),
  );
};

/** Attributes without those that hold content, nested ones included. Returns a new record; numbers under plain words stay. */
export const dropContent = (attributes: Record<string, unknown>): Record<string, unknown> =>
  withoutContent(attributes) as Record<string, unknown>;
