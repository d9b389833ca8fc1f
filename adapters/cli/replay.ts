import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { azureLlmTrace, type TraceRow } from './azureLlm.ts';
import { progressBar } from './bar.ts';
import { httpClient } from './client.ts';
import { badInput } from './failure.ts';
import type { Item, OnProblem } from './input/item.ts';
import { openInput } from './input/openInput.ts';
import { speed, urlOption } from './options.ts';
import { problemList } from './problems.ts';
import { BATCH, batchesOf, sendItems } from './sendItems.ts';

interface ReplayOptions {
  url: string;
  format: 'azure-llm';
  speed: number;
  keepTime?: true;
  deployment?: string;
}

export const addReplay = (program: Command): Command =>
  program
    .command('replay')
    .summary('replay a recorded trace of requests')
    .description(
      'Send a recorded trace of model requests as inference events, shifted so that it ends now: what a real load looks ' +
        'like, at its own pace or faster. The rates within it stay as they were.',
    )
    .argument('<file>', 'the trace')
    .addOption(new Option('--format <format>', "the trace's format").choices(['azure-llm']).makeOptionMandatory())
    .addOption(urlOption())
    .option('--speed <factor>', '1 = real pace, 10 = ten times as fast, max = at once', speed, 1)
    .addOption(new Option('--keep-time', 'import it with its own dates, however old, at once').conflicts('speed'))
    .option('--deployment <name>', "the deployment that the requests are filed under (default: the file's name)")
    .addHelpText(
      'after',
      `
Formats:
  azure-llm   CSV with the header TIMESTAMP,ContextTokens,GeneratedTokens: the Azure LLM inference traces.
              It has no latency and none is made up: such requests count in tokens and requests only.

Examples:
  modelmeter replay --format azure-llm AzureLLMInferenceTrace_code.csv --speed 60
  modelmeter replay --format azure-llm AzureLLMInferenceTrace_code.csv --keep-time
  modelmeter query inference.inputTokens --stat sum,p95 --group-by deployment`,
    )
    .action(async (file: string, options: ReplayOptions) => {
      process.exitCode = await replay(file, options);
    });

const replay = async (file: string, { url, speed, keepTime, deployment }: ReplayOptions): Promise<number> => {
  if (file === '-') throw badInput('replay reads its file twice, so it cannot be stdin: name a file');
  const problems = problemList();
  const trace = await measure(file, problems.unread);
  if (trace.rows === 0) return noRequests(file, problems);
  const name = deployment ?? basename(file).replace(/(\.csv)?(\.gz)?$/i, '');
  const isAtOnce = keepTime || speed === Number.POSITIVE_INFINITY;
  const startMs = Date.now();
  const traceMs = trace.lastMs - trace.firstMs;
  const durationMs = isAtOnce ? 0 : traceMs / speed;
  const shiftMs = keepTime ? 0 : startMs + durationMs - trace.lastMs;
  console.error(
    `${trace.rows.toLocaleString('en')} requests over ${Math.round(traceMs / 60_000)} min, as deployment ${name}: ` +
      (isAtOnce ? 'at once' : `until ${new Date(startMs + durationMs).toLocaleTimeString()} (ctrl-C stops)`),
  );

  const bar = progressBar('replay', trace.rows);
  try {
    const rows = azureLlmTrace(openInput(file).stream, () => {}); // its problems are known from the first reading
    const items = asEvents(rows, { deployment: name, shiftMs });
    const dueMs = ({ timeMs }: { timeMs: number }) => startMs + (timeMs - trace.firstMs) / speed;
    const sent = await sendItems({
      client: httpClient({ url }),
      batches: isAtOnce ? batchesOf(items) : atPace(items, dueMs),
      isImport: keepTime === true,
      onProgress: ({ accepted, rejected }) => bar.update(accepted + rejected, `${accepted.toLocaleString('en')} sent`),
      onProblem: problems.refused,
    });
    bar.stop();
    return problems.report(sent);
  } finally {
    bar.stop();
  }
};

/** How many requests a trace has and when its first and last came, whatever their order. */
const measure = async (file: string, onProblem: OnProblem) => {
  const trace = { rows: 0, firstMs: Number.POSITIVE_INFINITY, lastMs: Number.NEGATIVE_INFINITY };
  for await (const { timeMs } of azureLlmTrace(openInput(file).stream, onProblem)) {
    trace.rows++;
    trace.firstMs = Math.min(trace.firstMs, timeMs);
    trace.lastMs = Math.max(trace.lastMs, timeMs);
  }
  return trace;
};

const noRequests = (file: string, problems: ReturnType<typeof problemList>): number => {
  problems.report({ accepted: 0, rejected: 0, known: 0 });
  throw badInput(`${file}: there is no request in it`);
};

/** Events are sent together that are due within this. */
const TICK_MS = 250;

/** Lets events out when their time has come. */
async function* atPace(items: AsyncIterable<TraceItem>, dueMs: (item: TraceItem) => number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    const waitMs = dueMs(item) - Date.now();
    if (waitMs > 0 || batch.length === BATCH.items) {
      if (batch.length > 0) yield batch;
      batch = [];
      if (waitMs > 0) await sleep(Math.max(waitMs, TICK_MS));
    }
    batch.push(item);
  }
  if (batch.length > 0) yield batch;
}

type TraceItem = Item & Pick<TraceRow, 'timeMs'>;

async function* asEvents(
  rows: AsyncIterable<TraceRow>,
  { deployment, shiftMs }: { deployment: string; shiftMs: number },
): AsyncGenerator<TraceItem> {
  for await (const { line, timeMs, inputTokens, outputTokens } of rows) {
    const timestamp = Math.round(timeMs + shiftMs);
    const event = { kind: 'inference', timestamp, deployment, status: 'ok', inputTokens, outputTokens };
    yield { text: JSON.stringify(event), line, timeMs };
  }
}
