import { type Command, Option } from 'commander';
import { EVENT_KINDS, type EventKind } from '../../core/telemetry/events.ts';
import { progressBar } from './bar.ts';
import { httpClient } from './client.ts';
import { badInput, EXIT } from './failure.ts';
import type { Item, OnProblem } from './input/item.ts';
import { openInput } from './input/openInput.ts';
import { FILE_FORMATS, type FileFormat, readItems } from './input/readItems.ts';
import { urlOption } from './options.ts';
import { problemList } from './problems.ts';
import { batchesOf, sendItems } from './sendItems.ts';

export interface SendFileOptions {
  url: string;
  format?: FileFormat;
  kind: EventKind;
}

export const addSend = (program: Command): Command =>
  program
    .command('send')
    .summary('send a file of events')
    .description(
      'Send the events of a file: JSON (one object or an array), NDJSON (one object a line) or CSV (the header holds the ' +
        "events' field names; features.x and attributes.x go into those objects; empty cells are left out). Read as a " +
        'stream, so files may be larger than memory; a name that ends in .gz is inflated.',
    )
    .argument('<file>', 'the file; - reads stdin')
    .addOption(urlOption())
    .addOption(new Option('--format <format>', 'when name and content do not tell').choices(FILE_FORMATS))
    .addOption(new Option('--kind <kind>', 'of CSV rows without a kind').choices(EVENT_KINDS).default('inference'))
    .addHelpText(
      'after',
      `
Sending the same file again counts nothing twice. Events older than 35 days: use import.
The exit code is 2 when some of it was rejected; what was good is kept.

Examples:
  modelmeter send events.ndjson
  modelmeter send calls.csv --kind inference --url https://modelmeter.example.com
  tail -n 1000 gateway.log.json | modelmeter send -`,
    )
    .action(async (file: string, options: SendFileOptions, command: Command) => {
      process.exitCode = await sendFile(file, options, { isImport: false, command: command.name() });
    });

/** Sends a file's events and says how it went; answers the exit code. */
export const sendFile = async (
  file: string,
  { url, format, kind }: SendFileOptions,
  { isImport, command }: { isImport: boolean; command: string },
): Promise<number> => {
  const input = openInput(file);
  const bar = progressBar(command, input.size);
  try {
    return await sendFrom((onProblem) => readItems(input, { format, defaultKind: kind, onProblem }), {
      url,
      isImport,
      onProgress: (events) => bar.update(input.readBytes(), `${events.toLocaleString('en')} events`),
      onSent: bar.stop,
    });
  } finally {
    bar.stop();
    input.stream.destroy();
  }
};

/** Sends events from anywhere and says how it went; answers the exit code. Throws Failure when there is none. */
export const sendFrom = async (
  read: (onProblem: OnProblem) => AsyncIterable<Item>,
  options: { url: string; isImport: boolean; onProgress?: (events: number) => void; onSent?: () => void },
): Promise<number> => {
  const { url, isImport, onProgress = () => {}, onSent = () => {} } = options;
  const problems = problemList();
  const sent = await sendItems({
    client: httpClient({ url }),
    batches: batchesOf(read(problems.unread)),
    isImport,
    onProgress: ({ accepted, rejected }) => onProgress(accepted + rejected),
    onProblem: problems.refused,
    onWarning: problems.warned,
  });
  onSent();
  const code = problems.report(sent);
  if (code === EXIT.ok && sent.accepted === 0) throw badInput('there is no event in it');
  return code;
};
