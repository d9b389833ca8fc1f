import { context, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lossyProxy } from './lossyProxy.ts';
import { ENCODINGS, logs, traces } from './openTelemetry.ts';
import { type Product, startProduct } from './product.ts';

const SETUPS = ENCODINGS.map((setup) => ({ ...setup, service: `${setup.encoding}-${setup.compression}` }));
const SECRET = 'my name is Ann and my card is 4711';

interface Call {
  model: string;
  input: number;
  output: number;
  ms: number;
  isError?: boolean;
}
const CALLS: readonly Call[] = [
  { model: 'llama-3', input: 1200, output: 310, ms: 840 },
  { model: 'llama-3', input: 17, output: 1, ms: 125.5 },
  { model: 'mistral', input: 9_007, output: 4_096, ms: 30_000, isError: true },
];
const total = (model: string, field: 'input' | 'output' | 'ms') =>
  CALLS.filter((call) => call.model === model).reduce((sum, call) => sum + call[field], 0);

const usage = (operation: string, { model, input, output }: Pick<Call, 'model' | 'input' | 'output'>) => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': 'vllm',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
});

/** An agent that calls models, and repeats on its own spans what they used, as agent frameworks do. */
const runAgent = (tracer: Tracer, startMs: number): void => {
  const input = CALLS.reduce((sum, call) => sum + call.input, 0);
  const output = CALLS.reduce((sum, call) => sum + call.output, 0);
  const summed = { model: 'llama-3', input, output };
  const agent = tracer.startSpan('invoke_agent', { startTime: startMs, attributes: usage('invoke_agent', summed) });
  const inAgent = trace.setSpan(context.active(), agent);
  const chain = tracer.startSpan('chat', { startTime: startMs, attributes: usage('chat', summed) }, inAgent);
  const inChain = trace.setSpan(inAgent, chain);
  for (const call of CALLS) {
    const attributes = { ...usage('chat', call), 'gen_ai.input.messages': SECRET };
    const options = { kind: SpanKind.CLIENT, startTime: startMs, attributes };
    const span = tracer.startSpan(`chat ${call.model}`, options, inChain);
    span.addEvent('gen_ai.first_token', startMs + 100);
    if (call.isError) span.setAttribute('error.type', 'timeout').setStatus({ code: SpanStatusCode.ERROR });
    span.end(startMs + call.ms);
  }
  chain.end(startMs + 60_000);
  agent.end(startMs + 60_000);
};

let product: Product;
/** Three minutes ago, so that all calls have ended by now. */
const startMs = Date.now() - 180_000;

beforeAll(async () => {
  product = await startProduct();
  await Promise.all(
    SETUPS.map(async (setup) => {
      const how = { ...setup, endpoint: product.url };
      const tracers = traces(how, setup.service, { team: `team-${setup.service}`, 'deployment.environment': 'test' });
      runAgent(tracers.getTracer('agent'), startMs);
      await tracers.shutdown();

      const loggers = logs(how, setup.service);
      const logger = loggers.getLogger('agent');
      logger.emit({
        timestamp: startMs,
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        body: 'the cache is cold',
        attributes: { shard: 7, 'gen_ai.output.messages': SECRET },
      });
      logger.emit({ timestamp: startMs + 1, severityNumber: SeverityNumber.INFO, body: { steps: [1, 2] } });
      await loggers.shutdown();
    }),
  );
  await product.settled();
});
afterAll(() => product.stop());

/** What is kept of one service. */
const archived = async (kind: 'span' | 'log', service: string): Promise<Record<string, unknown>[]> => {
  const lines = await (await product.call(`/v1/export/events?kind=${kind}`)).text();
  const records = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return records.filter((record) => record.service === service);
};

describe.each(SETUPS)('OpenTelemetry as $encoding, compression $compression', ({ service }) => {
  const ofModel = (model: string, metric: string, stat: string) =>
    product.value(metric, stat, `deployment:${service}/${model}`);

  it('turns calls of models into inferences with tokens and latency to the last one, agents left out', async () => {
    for (const model of ['llama-3', 'mistral']) {
      expect(await ofModel(model, 'inference.requests', 'count')).toBe(model === 'mistral' ? 1 : 2);
      expect(await ofModel(model, 'inference.inputTokens', 'sum')).toBe(total(model, 'input'));
      expect(await ofModel(model, 'inference.outputTokens', 'sum')).toBe(total(model, 'output'));
      expect(await ofModel(model, 'inference.latency', 'sum')).toBeCloseTo(total(model, 'ms'), 6);
    }
    expect(await ofModel('llama-3', 'inference.latency', 'max')).toBe(840);
    expect(await ofModel('llama-3', 'inference.timeToFirstToken', 'max')).toBe(100);
    expect(await ofModel('mistral', 'inference.errors', 'count')).toBe(1);
  });

  it('attributes them by their resource', async () => {
    expect(await product.value('inference.requests', 'count', `team:team-${service}`)).toBe(3);
  });

  it('keeps every span and log record, without what people wrote', async () => {
    const spans = await archived('span', service);
    const records = await archived('log', service);

    expect(spans).toHaveLength(CALLS.length + 2);
    expect(records).toMatchObject([
      { timestamp: startMs, severity: 'WARN', body: 'the cache is cold', attributes: { shard: 7 } },
      { timestamp: startMs + 1, severity: 'INFO', body: { steps: [1, 2] } },
    ]);
    expect(JSON.stringify([spans, records])).not.toContain('Ann');
  });
});

describe('All of them together', () => {
  it('sum up by model to what each of them called', async () => {
    expect(await product.valuesBy('model', 'inference.inputTokens', 'sum')).toEqual({
      'llama-3': SETUPS.length * total('llama-3', 'input'),
      mistral: SETUPS.length * total('mistral', 'input'),
    });
  });

  it('gave the server nothing to complain about', () => {
    expect(product.logged).toEqual([]);
  });
});

describe('An export whose answer was lost', () => {
  it('is sent again by the exporter; its calls and records count once', async () => {
    const [spanProxy, logProxy] = [await lossyProxy(product.url), await lossyProxy(product.url)];
    const tracers = traces({ ...ENCODINGS[0], endpoint: spanProxy.url }, 'retried');
    const loggers = logs({ ...ENCODINGS[2], endpoint: logProxy.url }, 'retried');
    runAgent(tracers.getTracer('agent'), startMs);
    loggers.getLogger('agent').emit({ timestamp: startMs, body: 'once' });

    await Promise.all([tracers.shutdown(), loggers.shutdown()]);
    await Promise.all([spanProxy.close(), logProxy.close()]);

    expect([spanProxy.statuses, logProxy.statuses]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    expect(await product.value('inference.requests', 'count', 'deployment~:retried/*')).toBe(CALLS.length);
    expect(await archived('log', 'retried')).toHaveLength(1);
    expect(await archived('span', 'retried')).toHaveLength(CALLS.length + 2);
  });
});
