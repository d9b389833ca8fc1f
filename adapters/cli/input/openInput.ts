import { createReadStream, fstatSync, openSync } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { badInput } from '../failure.ts';

export interface Input {
  stream: Readable;
  /** Bytes of the file; 0 where that is unknown (stdin). */
  size: number;
  /** Bytes of the file that were read so far. */
  readBytes: () => number;
  /** The file's name without `.gz`; '' for stdin. */
  name: string;
}

/** Opens a file, or stdin for `-`, to be read as a stream. A name that ends in .gz is inflated. Throws Failure when it cannot. */
export const openInput = (path: string): Input => {
  if (path === '-') return { stream: process.stdin, size: 0, readBytes: () => 0, name: '' };
  const fd = open(path);
  const { size, ...stat } = fstatSync(fd);
  if (stat.mode !== undefined && (stat.mode & 0o170000) === 0o040000)
    throw badInput(`${path} is a folder; name one file, or pipe several: cat ${path}/*.ndjson | modelmeter send -`);
  const file = createReadStream(path, { fd, highWaterMark: 256 * 1024 });
  let read = 0;
  const counted = new Transform({
    transform(chunk, _encoding, done) {
      read += chunk.length;
      done(null, chunk);
    },
  });
  file.on('error', (error) => counted.destroy(error));
  file.pipe(counted);
  const isGzip = path.endsWith('.gz');
  const stream = isGzip ? inflate(counted, path) : counted;
  return { stream, size, readBytes: () => read, name: isGzip ? path.slice(0, -3) : path };
};

const open = (path: string): number => {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = { ENOENT: 'there is no such file', EACCES: 'it may not be read by you' }[code ?? ''] ?? message;
    throw badInput(`cannot open ${path}: ${why}`, cause);
  }
};

const inflate = (stream: Readable, path: string): Readable => {
  const inflated = createGunzip();
  inflated.on('error', (cause) => {
    inflated.destroy(badInput(`${path} is no whole gzip file: ${cause.message}`, cause));
  });
  stream.on('error', (error) => inflated.destroy(error));
  return stream.pipe(inflated);
};
