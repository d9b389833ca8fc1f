import { createReadStream, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { csvReader, separatorOf } from '../../../core/cost/bill/csv.ts';
import { AppError } from '../../../core/errors.ts';
import type { BillFile, BillRow } from '../../../core/usecases/importBill.ts';

const PIECE_BYTES = 256 * 1024;
/** A header that is longer than this is none. */
const LONGEST_HEADER = 1024 * 1024;

/** A CSV file, read as a stream. One that ends too early is read to where it ends, and then says so. */
export const openCsv = async (path: string, name: string, { isGzip }: { isGzip: boolean }): Promise<BillFile> => {
  const { columns, separator } = await headerOf(path, name, isGzip);
  return {
    name,
    columns,
    async *read(used) {
      const { size } = statSync(path);
      const reader = csvReader(separator, used);
      let isHeader = true;
      let last = 1;
      const without = (rows: BillRow[]): BillRow[] => {
        const rest = isHeader && rows.length > 0 ? rows.slice(1) : rows;
        if (rows.length > 0) isHeader = false;
        last = rows.at(-1)?.row ?? last;
        return rest;
      };
      for await (const piece of texts(path, isGzip)) {
        if ('fault' in piece) {
          const rows = without(reader.end());
          yield { rows: [...rows, { row: last + 1, values: [], fault: piece.fault }], done: 1 };
          return;
        }
        yield { rows: without(reader.push(piece.text)), done: Math.min(1, piece.bytes / size) };
      }
      yield { rows: without(reader.end()), done: 1 };
    },
  };
};

const headerOf = async (path: string, name: string, isGzip: boolean) => {
  let text = '';
  for await (const piece of texts(path, isGzip)) {
    if ('fault' in piece) break;
    text += piece.text;
    if (text.includes('\n') || text.length > LONGEST_HEADER) break;
  }
  const end = text.indexOf('\n');
  const line = end === -1 ? text : text.slice(0, end);
  if (line.includes('\0')) throw new AppError('invalidInput', `${name} is neither CSV in UTF-8 nor gzip nor Parquet`);
  const separator = separatorOf(line);
  const reader = csvReader(separator);
  const [header] = [...reader.push(`${line.replace(/\r$/, '')}\n`), ...reader.end()];
  if (!header) throw new AppError('invalidInput', `${name} has no header`);
  return { columns: header.values.map((value) => value.trim()), separator };
};

type Piece = { text: string; bytes: number } | { fault: string };

/** The file's text in pieces, without a byte order mark, and how many of its bytes were read by then. */
async function* texts(path: string, isGzip: boolean): AsyncGenerator<Piece> {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const stream = isGzip ? file.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : file;
  if (isGzip) file.on('error', (error) => stream.destroy(error));
  const decoder = new StringDecoder('utf8');
  let isFirst = true;
  try {
    for await (const chunk of stream) {
      const text = decoder.write(chunk as Buffer);
      yield { text: isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text, bytes: file.bytesRead };
      isFirst = false;
    }
    yield { text: decoder.end(), bytes: file.bytesRead };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!isGzip || !code?.startsWith('Z_')) throw error;
    yield { fault: `the file is cut off or broken here: ${message}` };
  } finally {
    file.destroy();
    stream.destroy();
  }
}
