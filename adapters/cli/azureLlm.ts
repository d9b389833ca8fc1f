import type { Readable } from 'node:stream';
import { parseTime } from '../../core/query/time.ts';
import { badInput } from './failure.ts';
import { csvRecords } from './input/csvRecords.ts';
import type { OnProblem } from './input/item.ts';

/** One request of a trace. */
export interface TraceRow {
  line: number;
  timeMs: number;
  inputTokens: number;
  outputTokens: number;
}

const COLUMNS = { time: 'TIMESTAMP', input: 'ContextTokens', output: 'GeneratedTokens' };

/**
 * The rows of an Azure LLM inference trace (github.com/Azure/AzurePublicDataset): when each request came, UTC, and its
 * tokens. A malformed row is told to `onProblem` and left out.
 *
 * @throws Failure when the header is another one
 */
export async function* azureLlmTrace(input: Readable, onProblem: OnProblem): AsyncGenerator<TraceRow> {
  let isChecked = false;
  for await (const { fields, line } of csvRecords(input, onProblem)) {
    if (!isChecked) checkHeader(Object.keys(fields));
    isChecked = true;
    const row = readRow(fields, line);
    if (typeof row === 'string') onProblem(line, row);
    else yield row;
  }
}

const checkHeader = (names: readonly string[]) => {
  const missing = Object.values(COLUMNS).filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw badInput(
      `this is no azure-llm trace: its header lacks ${missing.join(', ')}; it is ${names.join(',').slice(0, 200)}`,
    );
};

const readRow = (fields: Record<string, string>, line: number): TraceRow | string => {
  const time = fields[COLUMNS.time]!;
  const timeMs = parseTime(time.trim(), Number.NaN);
  if (timeMs === undefined || !/^\d{4}-/.test(time.trim()))
    return `${COLUMNS.time}: expected a time such as 2023-11-16 18:17:03.9799600, got "${time}"`;
  for (const name of [COLUMNS.input, COLUMNS.output])
    if (!/^\d{1,12}$/.test(fields[name]!.trim())) return `${name}: expected a whole number, got "${fields[name]}"`;
  return { line, timeMs, inputTokens: Number(fields[COLUMNS.input]), outputTokens: Number(fields[COLUMNS.output]) };
};
