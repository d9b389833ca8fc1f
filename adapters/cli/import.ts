import { type Command, Option } from 'commander';
import { EVENT_KINDS, type EventKind } from '../../core/telemetry/events.ts';
import { badInput } from './failure.ts';
import { openInput } from './input/openInput.ts';
import { FILE_FORMATS, type FileFormat, FOREIGN_FORMATS } from './input/readItems.ts';
import { urlOption } from './options.ts';
import { sendFile, sendFrom } from './send.ts';

interface ImportOptions {
  url: string;
  format?: FileFormat | 'parquet';
  kind?: EventKind;
}

export const addImport = (program: Command): Command =>
  program
    .command('import')
    .summary('take in a file of events of any age')
    .description(
      'Take in a file of events, as export writes it (NDJSON, CSV, Parquet) or as send takes it, with its own dates and ' +
        'however old they are. Importing the same file again counts nothing twice.',
    )
    .argument('<file>', 'the file; - reads stdin (not Parquet)')
    .addOption(urlOption())
    .addOption(
      new Option('--format <format>', 'when name and content do not tell').choices([
        ...FILE_FORMATS,
        'parquet',
        ...FOREIGN_FORMATS,
      ]),
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'of Parquet files, and of CSV rows that do not say theirs (default: inference)',
      ).choices(EVENT_KINDS),
    )
    .addHelpText(
      'after',
      `
A Parquet file does not say its kind: it is taken from a folder named kind=…, or from --kind.
bedrock-logs are the files that Bedrock's model-invocation logging puts into S3 (.json.gz): who called which model, when,
with how many tokens. Prompts and answers stay where they are.

Examples:
  modelmeter import backup.ndjson
  modelmeter import inference.parquet --kind inference
  modelmeter import 20260304T003802123Z_0123456789abcdef.json.gz --format bedrock-logs
  modelmeter import last-year.csv.gz --url http://127.0.0.1:8080`,
    )
    .action(async (file: string, { url, format, kind }: ImportOptions) => {
      if (format !== 'parquet' && !/\.parquet$/i.test(file)) {
        const options = { url, kind: kind ?? 'inference', ...(format && { format }) };
        process.exitCode = await sendFile(file, options, { isImport: true, command: 'import' });
        return;
      }
      if (file === '-') throw badInput('Parquet cannot be read from stdin: name the file');
      openInput(file).stream.destroy(); // says in our words when it cannot be opened
      const { parquetEvents } = await import('./input/parquetEvents.ts'); // loads DuckDB
      const items = parquetEvents(file, kind ?? kindInPath(file) ?? 'inference');
      process.exitCode = await sendFrom(() => items, { url, isImport: true });
    });

const kindInPath = (path: string): EventKind | undefined => {
  const [, name] = /(?:^|[/\\])kind=(\w+)/.exec(path) ?? [];
  return EVENT_KINDS.find((kind) => kind === name);
};
