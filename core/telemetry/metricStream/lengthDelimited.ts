import { AppError } from '../../errors.ts';

/** The longest prefix there is: 32 bits in groups of seven. */
const MAX_PREFIX_BYTES = 5;

/**
 * The messages of a record, each preceded by its length as an unsigned varint. [] of no bytes.
 *
 * @throws AppError `invalidInput` when a length is cut off, too long or reaches beyond the record
 */
export const splitMessages = (record: Uint8Array): Uint8Array[] => {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < record.length; ) {
    const { value, next } = varint(record, at);
    if (next + value > record.length)
      throw broken(at, `a message of ${value} bytes, of which ${record.length - next} are there`);
    messages.push(record.subarray(next, next + value));
    at = next + value;
  }
  return messages;
};

const varint = (bytes: Uint8Array, from: number): { value: number; next: number } => {
  let value = 0;
  for (let i = 0; i < MAX_PREFIX_BYTES; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw broken(from, 'a length that is cut off');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: from + i + 1 };
  }
  throw broken(from, 'a length of more than 32 bits');
};

const broken = (at: number, what: string) =>
  new AppError('invalidInput', `at byte ${at}: expected messages with their lengths, got ${what}`, {
    problems: [{ path: `byte ${at}`, message: what }],
  });
