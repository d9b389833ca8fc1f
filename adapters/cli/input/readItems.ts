import { Readable } from 'node:stream';
import type { EventKind } from '../../../core/telemetry/events.ts';
import { bedrockLogEvents } from './bedrockLogs.ts';
import { csvEvents } from './csvEvents.ts';
import type { Item, OnProblem } from './item.ts';
import { jsonItems } from './jsonItems.ts';
import { lines } from './lines.ts';
import type { Input } from './openInput.ts';

export const FILE_FORMATS = ['json', 'ndjson', 'csv'] as const;
/** Formats that are of somebody else: never guessed. */
export const FOREIGN_FORMATS = ['bedrock-logs'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number] | (typeof FOREIGN_FORMATS)[number];

const BY_EXTENSION: Record<string, FileFormat> = { json: 'json', ndjson: 'ndjson', jsonl: 'ndjson', csv: 'csv' };

/** Enough to see whether the first line is a whole object. */
const LOOK_AT_BYTES = 64 * 1024;

/**
 * The events of a file as they stream in, whatever its format.
 *
 * @param format when not given: by the file's name, else by how it begins
 * @param defaultKind of CSV rows that do not say theirs
 */
export async function* readItems(
  input: Pick<Input, 'stream' | 'name'>,
  options: { format?: FileFormat | undefined; defaultKind: EventKind; onProblem: OnProblem },
): AsyncGenerator<Item> {
  const named = BY_EXTENSION[/\.(\w+)$/.exec(input.name)?.[1]?.toLowerCase() ?? ''];
  let { stream } = input;
  let format = options.format ?? named;
  if (format === undefined) {
    const { start, whole } = await peek(stream);
    format = guessFormat(start);
    stream = Readable.from(whole);
  }
  if (format === 'bedrock-logs') yield* bedrockLogEvents(stream, options.onProblem);
  else if (format === 'csv') yield* csvEvents(stream, options.defaultKind, options.onProblem);
  else if (format === 'ndjson') yield* lines(stream);
  else yield* jsonItems(stream, options.onProblem);
}

/** How a stream begins, and all of it, start included. */
const peek = async (stream: Readable): Promise<{ start: string; whole: AsyncIterable<Uint8Array> }> => {
  const rest: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < LOOK_AT_BYTES) {
    const { done, value } = await rest.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  const whole = async function* () {
    yield start;
    yield* { [Symbol.asyncIterator]: () => rest };
  };
  return { start: start.toString(), whole: whole() };
};

const guessFormat = (start: string): FileFormat => {
  const text = start.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return 'csv';
  try {
    JSON.parse(text.split('\n', 1)[0]!);
    return 'ndjson';
  } catch {
    return 'json';
  }
};
