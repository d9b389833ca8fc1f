import { isAscii, isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { AppError } from '../../core/errors.ts';
import { MAX_INFLATED_BYTES } from '../../core/telemetry/decoded.ts';
import type { InFlight } from './inFlight.ts';

/** Largest body as sent, bytes. */
export const MAX_SENT_BYTES = 4 * 1024 * 1024;
const MIB = 1024 * 1024;
/** An inflated body is up to 32 MiB: more at a time than there are usual cores would only cost memory. */
const INFLATING_AT_ONCE = 2;

const INFLATERS = { gzip: promisify(gunzip), deflate: promisify(inflate) };
type Coding = keyof typeof INFLATERS;

/**
 * The body of a request, inflated. Bounded at every step: as declared, as it arrives, and as it inflates.
 *
 * @param isPacked the format of the body packs it already (remote write is snappy): no other encoding is taken
 * @throws AppError invalidInput when it is empty, broken or cut off; tooLarge; unsupportedMedia; overloaded
 */
export const readBody = async (
  request: Request,
  inFlight: InFlight,
  options: { isPacked?: boolean } = {},
): Promise<Buffer> => {
  const coding = codingOf(request, options.isPacked ?? false);
  const sent = await readSent(request);
  if (sent.length === 0) throw new AppError('invalidInput', 'the body is empty');
  if (coding === undefined) return sent;
  const whole = await inTurn(() => inflated(sent, coding));
  inFlight.grow(request, whole.length);
  return whole;
};

/** How many bytes a request says that it will send; the most it may when it does not say. */
export const declaredBytes = (request: Request): number => {
  const length = request.headers.get('content-length');
  const bytes = length === null ? MAX_SENT_BYTES : Number(length);
  if (!Number.isSafeInteger(bytes)) throw new AppError('invalidInput', 'Content-Length is no number');
  if (bytes > MAX_SENT_BYTES) throw tooLarge(`${bytes} bytes`);
  return bytes;
};

const tooLarge = (size: string) =>
  new AppError(
    'tooLarge',
    `a body of ${size}; at most ${MAX_SENT_BYTES / MIB} MiB are taken: send it in parts, or gzip it`,
  );

const codingOf = (request: Request, isPacked: boolean): Coding | undefined => {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '' || (isPacked && encoding === 'snappy')) return undefined;
  if (!isPacked && (encoding === 'gzip' || encoding === 'x-gzip')) return 'gzip';
  if (!isPacked && encoding === 'deflate') return 'deflate';
  const taken = isPacked ? 'snappy' : 'gzip, deflate and none';
  throw new AppError('unsupportedMedia', `Content-Encoding ${encoding.slice(0, 60)} is not taken; ${taken} is`);
};

const readSent = async (request: Request): Promise<Buffer> => {
  try {
    if (request.headers.has('content-length')) {
      const bytes = Buffer.from(await request.arrayBuffer());
      if (bytes.length > MAX_SENT_BYTES) throw tooLarge(`${bytes.length} bytes`);
      return bytes;
    }
    return await readChunks(request);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalidInput', 'the body did not arrive as a whole', { cause });
  }
};

const readChunks = async (request: Request): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body === null) return Buffer.alloc(0);
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > MAX_SENT_BYTES) throw tooLarge('more than 4 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
};

const inflated = async (sent: Buffer, coding: Coding): Promise<Buffer> => {
  try {
    return await INFLATERS[coding](sent, { maxOutputLength: MAX_INFLATED_BYTES, chunkSize: 64 * 1024 });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new AppError('tooLarge', `the body inflates to more than ${MAX_INFLATED_BYTES / MIB} MiB`, { cause });
    throw new AppError('invalidInput', `the body is not ${coding}: ${message}`, { cause });
  }
};

let inflating = 0;
const waiting: (() => void)[] = [];

const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (inflating < INFLATING_AT_ONCE) inflating++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else inflating--;
  }
};

/** A body as text. A byte order mark is left out. Throws AppError invalidInput when it is not UTF-8. */
export const textOf = (body: Buffer): string => {
  if (isAscii(body)) return body.toString('latin1'); // many times as fast
  if (!isUtf8(body)) throw new AppError('invalidInput', 'the body is not UTF-8');
  return body.toString('utf8', body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0);
};
