import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Argument, type Command, Option } from 'commander';
import { EXPORT_FORMATS, EXPORT_KINDS } from '../http/exportParams.ts';
import { httpClient } from './client.ts';
import { badInput, Failure } from './failure.ts';
import { urlOption } from './options.ts';

interface ExportOptions {
  url: string;
  format: string;
  kind?: string;
  family?: string;
  from: string;
  to: string;
  output: string;
}

export const addExport = (program: Command): Command =>
  program
    .command('export')
    .summary('write events or rollups to a file')
    .description(
      'Write what is kept of a range of time: raw events (spans and log records too), or rollups (every measure of every ' +
        'series and bucket, at the finest step still kept), as NDJSON, CSV or Parquet. Streamed, however large.',
    )
    .addArgument(new Argument('<what>', 'what to write').choices(['events', 'rollups']))
    .addOption(urlOption())
    .addOption(new Option('--format <format>', 'of the file').choices(EXPORT_FORMATS).default('ndjson'))
    .addOption(new Option('--kind <kind>', 'of events').choices(EXPORT_KINDS))
    .option('--family <name>', 'of rollups: one family of series (default: all)')
    .option('--from <time>', 'ISO 8601, epoch milliseconds, or now-90m, now-24h, now-7d', 'now-24h')
    .option('--to <time>', 'the same; not included', 'now')
    .option('-o, --output <file>', 'the file to write; - is stdout', '-')
    .addHelpText(
      'after',
      `
NDJSON and Parquet keep every type; in CSV, times are ISO 8601 and objects are JSON.
modelmeter import takes such files of events back.

Examples:
  modelmeter export events --from now-7d --format parquet -o inference.parquet
  modelmeter export events --kind training --format csv -o training.csv
  modelmeter export rollups --family inference.team --from 2026-01-01 --to 2026-02-01 > january.ndjson`,
    )
    .action(async (what: 'events' | 'rollups', { url, output, kind, family, ...range }: ExportOptions) => {
      if (what === 'rollups' && kind !== undefined) throw badInput('--kind goes with events; rollups have --family');
      if (what === 'events' && family !== undefined) throw badInput('--family goes with rollups; events have --kind');
      if (range.format === 'parquet' && output === '-' && process.stdout.isTTY)
        throw badInput('Parquet is nothing for a terminal: say where to write it, -o FILE');
      const { format, from, to } = range;
      const params = new URLSearchParams({ format, from, to, ...(kind && { kind }), ...(family && { family }) });
      const response = await httpClient({ url }).get(`/v1/export/${what}?${params}`);
      await write(response, output);
    });

/** Writes an answer to a file, which is there only once it is whole; or to stdout. */
const write = async (response: Response, output: string): Promise<void> => {
  const body = Readable.fromWeb(response.body!);
  const cutOff = (cause: unknown) =>
    new Failure('the server stopped in the middle of the export: see its log', { cause });
  if (output === '-') {
    await pipeline(body, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw cutOff(error); // whoever reads (head, less) may stop when it has enough
    });
    return;
  }
  const partial = `${output}.partial`;
  const file = createWriteStream(partial);
  let fault: NodeJS.ErrnoException | undefined;
  file.once('error', (error: NodeJS.ErrnoException) => {
    fault = error;
  });
  try {
    await pipeline(body, file);
    renameSync(partial, output);
    console.error(`${output}: ${file.bytesWritten.toLocaleString('en')} bytes`);
  } catch (error) {
    rmSync(partial, { force: true });
    const isOurs = fault?.syscall !== undefined || (error as NodeJS.ErrnoException).syscall === 'rename';
    throw isOurs ? new Failure(`cannot write ${output}: ${(error as Error).message}`, { cause: error }) : cutOff(error);
  }
};
