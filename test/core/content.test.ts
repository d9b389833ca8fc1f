import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropContent, isContentKey, withoutContent } from '../../core/telemetry/content.ts';

/** Names as instrumentations really write them. */
const CONTENT = [
  'gen_ai.prompt',
  'gen_ai.prompt.0.content',
  'gen_ai.completion.0.content',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.tool.definitions',
  'llm.prompts',
  'llm.prompts.0.user',
  'llm.completions',
  'llm.input_messages.0.message.content',
  'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments',
  'input.value',
  'output.value',
  'retrieval.documents.0.document.content',
  'embedding.text',
  'embedding.embeddings[0].embedding.text',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'ai.prompt.messages',
  'ai.toolCall.args',
  'mlflow.spanInputs',
  'prompt',
  'completion',
  'messages',
  'content',
  'Prompt',
  'INPUT',
];

const NOT_CONTENT = [
  'gen_ai.usage.input_tokens',
  'gen_ai.request.model',
  'gen_ai.operation.name',
  'gen_ai.prompt.name',
  'gen_ai.prompts_cached',
  'llm.token_count.prompt',
  'llm.usage.prompt_tokens',
  'input.mime_type',
  'http.request.header.content-type',
  'promptTokens',
  'constructor',
];

describe('Content', () => {
  it('is told by the names of all conventions', () => {
    expect(CONTENT.filter((key) => !isContentKey(key))).toEqual([]);
    expect(NOT_CONTENT.filter(isContentKey)).toEqual([]);
  });

  it('under a plain word is text or structure; a number there is a measure and stays', () => {
    expect(dropContent({ tokens: { input: 10, output: 2 }, input: 'text', messages: [1], prompt: null })).toEqual({
      tokens: { input: 10, output: 2 },
      prompt: null,
    });
  });

  it('never survives, however deep it stands, and everything else does', () => {
    const secret = fc.constantFrom<unknown>('SECRET', ['SECRET'], { text: 'SECRET' }, [{ a: [{ b: 'SECRET' }] }]);
    const harmless = fc.constantFrom(...NOT_CONTENT);
    fc.assert(
      fc.property(
        fc.constantFrom(...CONTENT),
        secret,
        fc.array(harmless, { maxLength: 6 }),
        fc.boolean(),
        (key, value, path, inArray) => {
          const nest = (inner: unknown) =>
            path.reduce<unknown>((held, name) => ({ [name]: inArray ? [held, 1] : held }), inner);

          expect(withoutContent(nest({ [key]: value, kept: 1 }))).toEqual(nest({ kept: 1 }));
        },
      ),
    );
  });

  it('is dropped from a copy: what was given stays as it was', () => {
    const given = { a: { prompt: 'x' } };

    dropContent(given);

    expect(given).toEqual({ a: { prompt: 'x' } });
  });

  it('is not looked for deeper than 32 levels: nothing below is kept', () => {
    let deep: unknown = { prompt: 'SECRET' };
    for (let i = 0; i < 10_000; i++) deep = [deep];

    expect(JSON.stringify(withoutContent(deep))).not.toContain('SECRET');
  });

  it('keeps a key that would be a prototype as a plain key', () => {
    const parsed = JSON.parse('{"__proto__": {"prompt": "x", "n": 1}}');

    expect(JSON.stringify(dropContent(parsed))).toBe('{"__proto__":{"n":1}}');
  });
});
