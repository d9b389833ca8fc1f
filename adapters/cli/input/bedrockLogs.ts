import type { Readable } from 'node:stream';
import { inferenceOfLog } from '../../../core/sources/bedrockLogs/inference.ts';
import { BedrockLogRecord } from '../../../core/sources/bedrockLogs/record.ts';
import { schemaFaults } from '../../../core/telemetry/door/fault.ts';
import type { Item, OnProblem } from './item.ts';
import { jsonItems } from './jsonItems.ts';

/**
 * The calls in a file of Bedrock's model-invocation logging, as events without their texts. Records are read one after another or
 * from an array. What is no record of a call is told to `onProblem` and left out.
 */
export async function* bedrockLogEvents(input: Readable, onProblem: OnProblem): AsyncGenerator<Item> {
  for await (const { text, line } of jsonItems(input, onProblem)) {
    const record = BedrockLogRecord.safeParse(parsed(text));
    if (record.success) yield { text: JSON.stringify(inferenceOfLog(record.data, { keepContent: false })), line };
    else onProblem(line, `no record of a call: ${problemOf(record.error)}`);
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const problemOf = (error: Parameters<typeof schemaFaults>[0]): string => {
  const [fault] = schemaFaults(error, undefined);
  return fault!.path === '' ? fault!.message : `${fault!.path}: ${fault!.message}`;
};
