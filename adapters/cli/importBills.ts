import { randomBytes } from 'node:crypto';
import { openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BillFormat } from '../../core/cost/bill/line.ts';
import type { BillMode } from '../../core/cost/bill/replace.ts';
import type { BillReport } from '../../core/cost/bill/report.ts';
import { type Bar, progressBar } from './bar.ts';
import { billReportText } from './billReport.ts';
import { type Client, httpClient, refused } from './client.ts';
import { badInput, EXIT, Failure } from './failure.ts';
import { openInput } from './input/openInput.ts';

/** What a server takes at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;
const BILL_FILE = /\.(csv|csv\.gz|gz|parquet)$/i;

/** Sends files of one export to a server, which imports them together, and says how it went; answers the exit code. */
export const importBills = async (
  given: readonly string[],
  { url, format, mode }: { url: string; format: BillFormat; mode: BillMode },
): Promise<number> => {
  const files = filesOf(given);
  const client = httpClient({ url });
  const upload = randomBytes(16).toString('hex');
  await send(client, upload, files);
  const report = await importUpload(client, upload, { files, format, mode });
  console.log(billReportText(report));
  return report.rejected > 0 ? EXIT.badInput : EXIT.ok;
};

/** The files that are named, and those in folders that are named; each once. Throws Failure when there is none. */
const filesOf = (given: readonly string[]): string[] => {
  const found = new Map<string, string>();
  for (const path of given) {
    if (path === '-') throw badInput('a bill cannot be read from stdin: name its files');
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) openInput(path).stream.destroy(); // says in our words when it cannot be opened
    for (const file of isFolder ? filesIn(path) : [path]) found.set(realpathSync(file), file);
  }
  if (found.size === 0) throw badInput(`there is no .csv, .csv.gz or .parquet file in ${given.join(', ')}`);
  return [...found.values()];
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && BILL_FILE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const send = async (client: Client, upload: string, files: readonly string[]): Promise<void> => {
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const bar = progressBar('sending', total);
  let sent = 0;
  try {
    for (const [number, path] of files.entries()) {
      const file = openSync(path, 'r');
      const buffer = Buffer.alloc(PIECE_BYTES);
      let offset = 0;
      for (;;) {
        const length = readSync(file, buffer, 0, PIECE_BYTES, offset);
        if (length === 0) break;
        const target = `/v1/bills/${upload}/${number}?offset=${offset}`;
        const body = new Uint8Array(buffer.subarray(0, length));
        const response = await client.request(target, { method: 'PUT', body });
        if (!response.ok) throw await refused(response);
        offset += length;
        sent += length;
        bar.update(sent, basename(path));
      }
      if (offset === 0) throw badInput(`${path} is empty`);
    }
  } finally {
    bar.stop();
  }
};

const importUpload = async (
  client: Client,
  upload: string,
  { files, format, mode }: { files: readonly string[]; format: BillFormat; mode: BillMode },
): Promise<BillReport> => {
  const params = new URLSearchParams({ format, mode });
  for (const file of files) params.append('name', basename(file));
  const response = await client.request(`/v1/bills/${upload}?${params}`, { method: 'POST' });
  if (!response.ok) throw await refused(response);
  const bar = progressBar('importing', 100);
  try {
    for await (const news of linesOf(response)) {
      if (news.kind === 'done') return news.report;
      if (news.kind === 'failed')
        throw new Failure(news.problem.detail, { exitCode: news.problem.status < 500 ? EXIT.badInput : EXIT.failed });
      showProgress(bar, news);
    }
  } finally {
    bar.stop();
  }
  throw new Failure('the server stopped in the middle of the import: see its log, and import again');
};

const showProgress = (bar: Bar, { rows, done }: { rows: number; done: number }): void =>
  bar.update(Math.round(100 * done), `${rows.toLocaleString('en')} rows`);

type News =
  | { kind: 'progress'; rows: number; done: number }
  | { kind: 'done'; report: BillReport }
  | { kind: 'failed'; problem: { status: number; detail: string } };

async function* linesOf(response: Response): AsyncGenerator<News> {
  let rest = '';
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as News;
  }
}
