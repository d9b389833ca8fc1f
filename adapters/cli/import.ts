import { type Command, Option } from 'commander';
import { BILL_FORMATS, type BillFormat } from '../../core/cost/bill/line.ts';
import { EVENT_KINDS, type EventKind } from '../../core/telemetry/events.ts';
import { badInput } from './failure.ts';
import { openInput } from './input/openInput.ts';
import { FILE_FORMATS, type FileFormat, FOREIGN_FORMATS } from './input/readItems.ts';
import { urlOption } from './options.ts';
import { sendFile, sendFrom } from './send.ts';

interface ImportOptions {
  url: string;
  format?: FileFormat | 'parquet' | BillFormat;
  kind?: EventKind;
  add?: true;
  replace?: true;
}

export const addImport = (program: Command): Command =>
  program
    .command('import')
    .summary('take in a file of events of any age, or a bill')
    .description(
      'Take in a file of events, as export writes it (NDJSON, CSV, Parquet) or as send takes it, with its own dates and ' +
        'however old they are; or the files of a bill (FOCUS, AWS CUR). Importing the same again counts nothing twice.',
    )
    .argument('<file...>', 'one file of events (- reads stdin, not Parquet); of a bill all its files, or their folder')
    .addOption(urlOption())
    .addOption(
      new Option('--format <format>', 'when name and content do not tell').choices([
        ...FILE_FORMATS,
        'parquet',
        ...FOREIGN_FORMATS,
        ...BILL_FORMATS,
      ]),
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'of Parquet files, and of CSV rows that do not say theirs (default: inference)',
      ).choices(EVENT_KINDS),
    )
    .addOption(new Option('--add', 'of a bill: the files hold some of its days; the others stay').conflicts('replace'))
    .option('--replace', 'of a bill: the files are all of it, also where they lack days that are there')
    .addHelpText(
      'after',
      `
A Parquet file does not say its kind: it is taken from a folder named kind=…, or from --kind.
bedrock-logs are the files that Bedrock's model-invocation logging puts into S3 (.json.gz): who called which model, when,
with how many tokens. Prompts and answers stay where they are.

focus and cur are bills as CSV, .csv.gz or Parquet: FOCUS 1.0 to 1.2 of any provider, AWS's CUR 2.0 or its older report. All files
of one export belong into one import. What they hold of a month replaces what is there of it (same provider and account);
where they lack days that are there nothing is changed, unless --add or --replace says what is meant. Rows with mistakes are
left out and told; the exit code is 2 then.

Examples:
  modelmeter import --format focus focus-2026-03/
  modelmeter import --format cur march-00001.parquet march-00002.parquet
  modelmeter import backup.ndjson
  modelmeter import inference.parquet --kind inference
  modelmeter import 20260304T003802123Z_0123456789abcdef.json.gz --format bedrock-logs
  modelmeter import last-year.csv.gz --url http://127.0.0.1:8080`,
    )
    .action(async (files: readonly string[], { url, format, kind, add, replace }: ImportOptions) => {
      if (format === 'focus' || format === 'cur') {
        if (kind !== undefined) throw badInput('--kind goes with events, not with bills');
        const { importBills } = await import('./importBills.ts');
        process.exitCode = await importBills(files, { url, format, mode: add ? 'add' : replace ? 'replace' : 'whole' });
        return;
      }
      if (add || replace) throw badInput('--add and --replace go with bills: say --format focus or cur');
      const [file, ...others] = files;
      if (file === undefined || others.length > 0) throw badInput('events are imported a file at a time');
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
