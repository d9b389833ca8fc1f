import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { mayExport } from '../../core/access/exports.ts';
import type { ArchiveKind, ArchiveQuery } from '../../core/ports.ts';
import { EVENT_KINDS, EVENT_SCHEMAS } from '../../core/telemetry/events.ts';
import { ROLLUP_COLUMNS, type RollupQuery } from '../../core/usecases/exportRollups.ts';
import { csvRow } from './csv.ts';
import { type ExportFormat, readEventExport, readRollupExport } from './exportParams.ts';
import { respond } from './respond.ts';
import type { Routes } from './shell.ts';

/** What exports are made of; both as records and as one Parquet file at `path`. */
export interface ExportDependencies {
  readEvents: (query: ArchiveQuery) => AsyncIterable<Record<string, unknown>>;
  exportParquet: (query: ArchiveQuery & { path: string }) => Promise<number>;
  readRollups: (query: RollupQuery) => AsyncIterable<object>;
  exportRollupsParquet: (query: RollupQuery & { path: string }) => Promise<number>;
  /** A folder for Parquet files on their way out; made when it is not there. */
  scratchDir: string;
}

/**
 * `GET /v1/export/events?kind=inference&from=now-24h&to=now&format=ndjson|csv|parquet&limit=` and
 * `GET /v1/export/rollups?family=&from=&to=&format=`: everything of a range as one file, streamed.
 */
export const exportRoutes =
  (dependencies: ExportDependencies): Routes =>
  (app, { principalOf, now }) => {
    const { readEvents, readRollups } = dependencies;

    app.get('/v1/export/events', async ({ req: { raw: request } }) => {
      mayExport(await principalOf(request));
      const { format, ...query } = readEventExport(new URL(request.url).searchParams, now());
      if (format === 'parquet') return parquet(dependencies, (path) => dependencies.exportParquet({ ...query, path }));
      return streamed(format, columnsOf(query.kind), readEvents(query));
    });

    app.get('/v1/export/rollups', async ({ req: { raw: request } }) => {
      mayExport(await principalOf(request));
      const { format, ...query } = readRollupExport(new URL(request.url).searchParams, now());
      if (format === 'parquet')
        return parquet(dependencies, (path) => dependencies.exportRollupsParquet({ ...query, path }));
      return streamed(format, ROLLUP_COLUMNS, readRollups(query));
    });
  };

const SPAN = 'timestamp durationMs name kind service traceId spanId parentSpanId status statusMessage'.split(' ');
const LOG = 'timestamp severity service body traceId spanId'.split(' ');
const columnsOf = (kind: ArchiveKind): readonly string[] => {
  if (kind === 'span') return [...SPAN, 'resource', 'attributes', 'events'];
  if (kind === 'log') return [...LOG, 'resource', 'attributes'];
  return Object.keys(EVENT_SCHEMAS[EVENT_KINDS.find((known) => known === kind)!].shape);
};

const TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' };
const CHUNK_CHARACTERS = 64 * 1024;

const streamed = async (
  format: Exclude<ExportFormat, 'parquet'>,
  columns: readonly string[],
  records: AsyncIterable<object>,
): Promise<Response> => {
  const line = (record: object) =>
    format === 'csv' ? csvRow(columns.map((name) => csvValue(record, name))) : `${JSON.stringify(record)}\n`;
  const chunks = async function* () {
    let text = format === 'csv' ? csvRow(columns) : '';
    for await (const record of records) {
      text += line(record);
      if (text.length < CHUNK_CHARACTERS) continue;
      yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  };
  return stream(Readable.from(await begun(chunks())), TYPES[format]);
};

/** The same, with its first chunk made: what fails before is answered as a problem, later it can only break off. */
const begun = async <T>(chunks: AsyncGenerator<T>): Promise<AsyncIterableIterator<T>> => {
  let first: IteratorResult<T> | undefined = await chunks.next();
  const rest: AsyncIterableIterator<T> = {
    async next() {
      const chunk = first ?? (await chunks.next());
      first = undefined;
      return chunk;
    },
    return: () => chunks.return(undefined),
    [Symbol.asyncIterator]: () => rest,
  };
  return rest;
};

/** Times are ISO 8601 in CSV, which people open in a spreadsheet. */
const csvValue = (record: object, name: string): unknown => {
  const value = (record as Record<string, unknown>)[name];
  return name === 'timestamp' && typeof value === 'number' ? new Date(value).toISOString() : value;
};

/** A Parquet file has its directory at the end, so it is written as a whole first. */
const parquet = async (
  { scratchDir }: ExportDependencies,
  write: (path: string) => Promise<number>,
): Promise<Response> => {
  await mkdir(scratchDir, { recursive: true, mode: 0o700 });
  const path = join(scratchDir, `${randomUUID()}.parquet`);
  const remove = () => rm(path, { force: true });
  try {
    await write(path);
  } catch (error) {
    await remove();
    throw error;
  }
  const file = createReadStream(path);
  file.once('close', remove);
  return stream(file, 'application/vnd.apache.parquet');
};

const stream = (body: Readable, contentType: string): Response => {
  const answer = respond(200, contentType, undefined);
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { headers: answer.headers });
};
