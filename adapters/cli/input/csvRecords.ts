import { pipeline, type Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { badInput } from '../failure.ts';
import { MAX_ITEM_BYTES, type OnProblem } from './item.ts';

export interface CsvRecord {
  fields: Record<string, string>;
  /** Where the record ends, from 1; the header is line 1. */
  line: number;
}

/**
 * The rows of a CSV file with a header, as they stream in. A row that cannot be read is told to `onProblem` and left out.
 *
 * @throws Failure when the header is missing or names a column twice
 */
export async function* csvRecords(input: Readable, onProblem: OnProblem): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    columns: header,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_ITEM_BYTES,
    on_skip: (error) => {
      if (error) onProblem(Number(error.lines ?? 0), error.message.replace(/ on line \d+$/, ''));
      return undefined;
    },
  });
  pipeline(input, parser, () => {}); // an error reaches the loop below through the parser
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    yield { fields: record, line: info.lines };
  }
}

const header = (names: string[]): string[] => {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, i) => trimmed.indexOf(name) < i);
  const [separator] = names.length === 1 ? (/[;\t|]/.exec(names[0]!) ?? []) : [];
  if (separator !== undefined)
    throw badInput(`the header has no comma but ${JSON.stringify(separator)}: separate the columns by commas`);
  if (twice !== undefined) throw badInput(`the header names the column "${twice}" twice: rename one of them`);
  return trimmed;
};
